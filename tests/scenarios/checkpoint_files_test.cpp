#include "scenarios/checkpoint_files.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace psgrid::scenarios {
namespace {

namespace fs = std::filesystem;
using psgrid::testing::contents;
using ::testing::HasSubstr;

RunSpec spec() {
  RunSpec spec;
  spec.cluster.workers = 3;
  spec.cluster.servers = 2;
  spec.job.learner.type = LearnerType::kNone;
  spec.job.learner.parameters = 100;
  spec.job.compute.seconds = Duration{1};
  return spec;
}

Checkpoint checkpoint(std::uint64_t number) {
  return {.number = number,
          .at = {2.5},
          .examples = 96,
          .clocks = {{3}, {0}, {4}},
          .expelled = {1},
          .shards = {{Values({1.5f, -2, 3}), Values::phantom(50)}, {Values({7})}}};
}

class CheckpointFiles : public ::testing::Test {
 protected:
  void write(std::uint64_t number) {
    const auto failure = write_checkpoint(folder_, checkpoint(number), job_);
    ASSERT_FALSE(failure) << failure->message;
  }
  std::string refusal(const RunSpec& run = spec()) const {
    const auto read = read_checkpoint(folder_, Job(run, {}, {}));
    return read ? "" : to_string(read.errors.front());
  }
  void change(const std::string& name, const std::function<void(std::string&)>& how) const {
    std::string text = contents(folder_ / name);
    how(text);
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  const psgrid::testing::TemporaryDirectory directory_;
  const fs::path folder_ = directory_ / "checkpoint";
  const Job job_{spec(), {}, {}};
};

TEST_F(CheckpointFiles, ComeBackAsTheyWere) {
  write(4);
  for (const fs::path& path : {folder_, directory_.path()}) {
    const auto read = read_checkpoint(path, job_);
    ASSERT_TRUE(read) << to_string(read.errors.front());
    const Checkpoint& found = **read;
    const Checkpoint expected = checkpoint(4);
    EXPECT_EQ(found.number, expected.number);
    EXPECT_EQ(found.at, expected.at);
    EXPECT_EQ(found.examples, expected.examples);
    EXPECT_EQ(found.clocks, expected.clocks);
    EXPECT_EQ(found.expelled, expected.expelled);
    ASSERT_EQ(found.shards.size(), 2u);
    EXPECT_EQ(
        std::vector<float>(found.shards[0][0].data().begin(), found.shards[0][0].data().end()),
        (std::vector<float>{1.5f, -2, 3}));
    EXPECT_TRUE(found.shards[0][1].is_phantom());
    EXPECT_EQ(found.shards[0][1].size(), 50u);
    EXPECT_EQ(found.shards[1][0].data()[0], 7);
  }
}

TEST_F(CheckpointFiles, OnlyTheLastIsKept) {
  write(1);
  write(2);
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_))
    names.insert(entry.path().filename().string());
  EXPECT_EQ(names, (std::set<std::string>{"manifest.json", "2-shard-0.bin", "2-shard-1.bin"}));
  remove_checkpoint(folder_);
  EXPECT_FALSE(fs::exists(folder_));
}

// What a writer that was killed leaves behind.
TEST_F(CheckpointFiles, FilesOfOneThatIsNotCompleteDoNotHarm) {
  write(1);
  std::ofstream(folder_ / "2-shard-0.bin") << "half a sh";
  std::ofstream(folder_ / ".manifest.json.new") << "{";
  EXPECT_EQ(refusal(), "");
}

TEST_F(CheckpointFiles, AreRefusedWhenTheyAreNotThere) {
  EXPECT_THAT(refusal(), HasSubstr("found no complete checkpoint, expected a manifest.json"));
  write(1);
  fs::remove(folder_ / "1-shard-1.bin");
  EXPECT_THAT(refusal(), HasSubstr("1-shard-1.bin: found no such file, expected shard 1"));
}

TEST_F(CheckpointFiles, AreRefusedWhenTheyAreTruncated) {
  write(1);
  const auto bytes = fs::file_size(folder_ / "1-shard-0.bin");
  for (const auto left : {bytes - 1, bytes / 2, std::uintmax_t{0}}) {
    fs::resize_file(folder_ / "1-shard-0.bin", left);
    EXPECT_THAT(refusal(), HasSubstr("1-shard-0.bin: found " + std::to_string(left) +
                                     " bytes, expected " + std::to_string(bytes)));
  }
}

TEST_F(CheckpointFiles, AreRefusedWhenAnyBitIsFlipped) {
  write(1);
  for (const char* name : {"1-shard-0.bin", "1-shard-1.bin"})
    for (std::size_t at = 0; at < fs::file_size(folder_ / name); ++at) {
      const auto flip = [&](std::string& text) { text[at] = static_cast<char>(text[at] ^ 0x10); };
      change(name, flip);
      EXPECT_THAT(refusal(), HasSubstr(std::string(name) + ": found contents with the checksum "))
          << at;
      change(name, flip);
    }
  change("manifest.json", [](std::string& text) { text.replace(text.find("96"), 2, "97"); });
  EXPECT_THAT(refusal(), HasSubstr("manifest.json: found contents with the checksum "));
  change("manifest.json", [](std::string& text) { text.resize(text.size() / 2); });
  EXPECT_THAT(refusal(), HasSubstr("manifest.json: expected a manifest that psgrid wrote"));
}

// The file of another checkpoint is whole, but not the one that is meant.
TEST_F(CheckpointFiles, AreRefusedWhenTheyAreMixed) {
  write(1);
  fs::copy_file(folder_ / "1-shard-1.bin", directory_ / "old");
  write(2);
  fs::copy_file(directory_ / "old", folder_ / "2-shard-1.bin",
                fs::copy_options::overwrite_existing);
  EXPECT_THAT(refusal(), HasSubstr("2-shard-1.bin: found contents with the checksum "));
}

TEST_F(CheckpointFiles, OfAnotherJobAreRefused) {
  write(1);
  const auto changed = [](auto&& change) {
    RunSpec run = spec();
    change(run);
    return run;
  };
  EXPECT_THAT(refusal(changed([](RunSpec& run) { run.seed = 2; })),
              HasSubstr("found a checkpoint of another job, with the seed 1, expected 2"));
  EXPECT_THAT(refusal(changed([](RunSpec& run) { run.cluster.workers = 4; })),
              HasSubstr("with the workers 3, expected 4"));
  EXPECT_THAT(refusal(changed([](RunSpec& run) { run.partition.shards_per_server = 2; })),
              HasSubstr("with the shards 2, expected 4"));
  EXPECT_THAT(refusal(changed([](RunSpec& run) { run.partition.virtual_nodes = 8; })),
              HasSubstr("with the partition "));
  EXPECT_THAT(refusal(changed([](RunSpec& run) { run.job.learner.parameters = 101; })),
              HasSubstr("with the learner "));
  EXPECT_THAT(refusal(changed([](RunSpec& run) { run.job.optimizer.type = OptimizerType::kAdam; })),
              HasSubstr("with the optimizer \"sgd\", expected \"adam\""));
  EXPECT_THAT(
      refusal(changed([](RunSpec& run) { run.consistency.model = ConsistencyModel::kAsync; })),
      HasSubstr("with the gradients \"summed\", expected \"one by one\""));
  EXPECT_EQ(refusal(changed([](RunSpec& run) { run.job.stop.iterations = 7; })), "");
}

}  // namespace
}  // namespace psgrid::scenarios
