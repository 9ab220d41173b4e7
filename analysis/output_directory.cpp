#include "analysis/output_directory.hpp"

#include <array>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

namespace psgrid::analysis {
namespace {

namespace fs = std::filesystem;

constexpr const char* marker = ".psgrid";
constexpr std::string_view marker_text =
    "psgrid writes its results here and replaces them at the next run.\n";

// Everything a run or a comparison writes; nothing else is ever removed.
constexpr std::array<const char*, 16> own_files = {
    marker,           "summary.json",  "compare.json", "convergence.csv",
    "iterations.csv", "nodes.csv",     "messages.csv", "events.csv",
    "staleness.csv",  "trace.json",    "report.html",  "scenario.json",
    "run_info.json",  "fidelity.json", "fidelity.csv", "filters.csv"};

Error cannot(std::string_view what, const fs::path& path, const std::error_code& why) {
  return {fmt::format("cannot {} {}: {}", what, path.string(), why.message())};
}

// Removes old results, here and in marked sub-directories.
Failure clear(const fs::path& path) {
  std::error_code why;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, why)) {
    if (!entry.is_directory(why) || entry.is_symlink(why)) continue;
    if (!fs::exists(entry.path() / marker, why)) continue;
    if (Failure failure = clear(entry.path())) return failure;
    fs::remove(entry.path() / marker, why);
    fs::remove(entry.path(), why);  // stays if somebody keeps something in it
  }
  for (const char* name : own_files) {
    if (std::string_view(name) == marker) continue;
    fs::remove(path / name, why);
    if (why) return cannot("remove", path / name, why);
  }
  return {};
}

}  // namespace

bool OutputDirectory::is_ours(const fs::path& path) {
  std::error_code why;
  if (fs::exists(path / marker, why)) return true;
  for (const char* name : {"summary.json", "compare.json"}) {
    const Result<std::string> text = read_text(path / name);
    if (text.ok() && text.value().find("\"format\": \"psgrid-") != std::string::npos) return true;
  }
  return false;
}

Result<OutputDirectory> OutputDirectory::create(const fs::path& path) {
  Result<OutputDirectory> directory = plan(path);
  if (directory.ok())
    if (Failure failure = directory.value().make()) return *failure;
  return directory;
}

Result<OutputDirectory> OutputDirectory::plan(const fs::path& path) {
  std::error_code why;
  if (!fs::exists(path, why)) return OutputDirectory(path);
  if (!fs::is_directory(path, why))
    return Error{fmt::format("cannot write results to {}: it is not a directory", path.string())};
  if (!is_ours(path) && (!fs::is_empty(path, why) || why)) {
    if (why) return cannot("read", path, why);
    return Error{fmt::format(
        "will not write results to {}: it holds files that psgrid did not write", path.string())};
  }
  return OutputDirectory(path);
}

Failure OutputDirectory::make() const {
  std::error_code why;
  if (is_ours(path_))
    if (Failure failure = clear(path_)) return failure;
  fs::create_directories(path_, why);
  if (why) return cannot("make the directory", path_, why);
  return write(marker, marker_text);
}

Result<OutputDirectory> OutputDirectory::open(const fs::path& path) {
  if (is_ours(path)) return OutputDirectory(path);
  return Error{fmt::format("{} holds no results of psgrid", path.string())};
}

Failure OutputDirectory::write(std::string_view name, std::string_view text) const {
  return write(name, [&](std::ostream& out) {
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
  });
}

Failure OutputDirectory::write(std::string_view name,
                               const std::function<void(std::ostream&)>& body) const {
  const fs::path target = path_ / name;
  const fs::path temporary = path_ / fmt::format(".{}.new", name);
  std::error_code why;
  {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    if (out) body(out);
    out.close();
    if (!out) {
      fs::remove(temporary, why);
      return Error{fmt::format("cannot write {}: is the disk full or the directory read-only?",
                               target.string())};
    }
  }
  fs::rename(temporary, target, why);
  if (why) return cannot("write", target, why);
  return {};
}

Result<std::string> read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{fmt::format("cannot read {}", path.string())};
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

}  // namespace psgrid::analysis
