#include "analysis/output_directory.hpp"

#include <ostream>

#include <gtest/gtest.h>

#include "tests/analysis/scratch_directory.hpp"

namespace psgrid::analysis {
namespace {

namespace fs = std::filesystem;
using testing::contents;
using testing::put;
using testing::ScratchDirectory;

TEST(OutputDirectory, MakesParents) {
  ScratchDirectory scratch;
  const auto directory = OutputDirectory::create(scratch / "a/b/c");
  ASSERT_TRUE(directory.ok()) << directory.error().message;
  EXPECT_FALSE(directory.value().write("summary.json", "{}\n"));
  EXPECT_EQ(contents(scratch / "a/b/c/summary.json"), "{}\n");
  EXPECT_TRUE(OutputDirectory::is_ours(scratch / "a/b/c"));
}

TEST(OutputDirectory, TakesAnEmptyDirectory) {
  ScratchDirectory scratch;
  EXPECT_TRUE(OutputDirectory::create(scratch.path()).ok());
}

TEST(OutputDirectory, RefusesFilesOfOthersAndLeavesThemAlone) {
  ScratchDirectory scratch;
  put(scratch / "thesis/chapter.tex", "years of work");
  put(scratch / "thesis/summary.json", "{\"format\": \"of somebody else\"}");
  const auto directory = OutputDirectory::create(scratch / "thesis");
  ASSERT_FALSE(directory.ok());
  EXPECT_EQ(directory.error().message, "will not write results to " +
                                           (scratch / "thesis").string() +
                                           ": it holds files that psgrid did not write");
  EXPECT_EQ(contents(scratch / "thesis/chapter.tex"), "years of work");
  EXPECT_FALSE(fs::exists(scratch / "thesis/.psgrid"));
}

TEST(OutputDirectory, RefusesAFile) {
  ScratchDirectory scratch;
  put(scratch / "results", "a file");
  const auto directory = OutputDirectory::create(scratch / "results");
  ASSERT_FALSE(directory.ok());
  EXPECT_EQ(contents(scratch / "results"), "a file");
}

TEST(OutputDirectory, ReplacesOldResultsButKeepsWhatAUserAdded) {
  ScratchDirectory scratch;
  const fs::path path = scratch / "out";
  ASSERT_FALSE(OutputDirectory::create(path).value().write("trace.json", "old"));
  ASSERT_FALSE(OutputDirectory::create(path / "bsp").value().write("summary.json", "old"));
  ASSERT_TRUE(OutputDirectory::create(path / "ssp").ok());
  put(path / "notes.txt", "mine");
  put(path / "ssp/notes.txt", "mine");
  put(path / "own/summary.json", "mine");

  ASSERT_TRUE(OutputDirectory::create(path).ok());
  EXPECT_FALSE(fs::exists(path / "trace.json"));
  EXPECT_FALSE(fs::exists(path / "bsp"));
  EXPECT_EQ(contents(path / "notes.txt"), "mine");
  EXPECT_EQ(contents(path / "ssp/notes.txt"), "mine");
  EXPECT_EQ(contents(path / "own/summary.json"), "mine");
}

TEST(OutputDirectory, KnowsResultsThatLostTheirMarker) {
  ScratchDirectory scratch;
  put(scratch / "copied/summary.json", "{\n  \"format\": \"psgrid-run-1\"\n}\n");
  EXPECT_TRUE(OutputDirectory::create(scratch / "copied").ok());
}

TEST(OutputDirectory, OpensOnlyResults) {
  ScratchDirectory scratch;
  EXPECT_FALSE(OutputDirectory::open(scratch / "nowhere").ok());
  ASSERT_TRUE(OutputDirectory::create(scratch / "out").ok());
  EXPECT_TRUE(OutputDirectory::open(scratch / "out").ok());
}

TEST(OutputDirectory, AFileAppearsWholeOrNotAtAll) {
  ScratchDirectory scratch;
  const OutputDirectory directory = OutputDirectory::create(scratch / "out").value();
  ASSERT_FALSE(directory.write("nodes.csv", "complete"));
  const Failure failure = directory.write("nodes.csv", [](std::ostream& out) {
    out << "half";
    out.setstate(std::ios::failbit);
  });
  EXPECT_TRUE(failure);
  EXPECT_EQ(contents(scratch / "out/nodes.csv"), "complete");
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch / "out"), fs::directory_iterator()), 2)
      << "a temporary file stayed behind";
}

}  // namespace
}  // namespace psgrid::analysis
