#include "scenarios/checkpoint_files.hpp"

#include <cerrno>
#include <cstring>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include "analysis/output_directory.hpp"
#include "model/wire.hpp"
#include "scenarios/resolved_parts.hpp"

namespace psgrid::scenarios {

namespace {

namespace fs = std::filesystem;
using analysis::Failure;

constexpr const char* kManifest = "manifest.json";
constexpr const char* kFormat = "psgrid-checkpoint-1";
constexpr std::uint64_t kShardMagic = 0x3144'5248'5347'5350;  // "PSGSHRD1"
constexpr std::size_t kChecksumBytes = sizeof(std::uint64_t);

std::string checksum_text(std::uint64_t checksum) { return fmt::format("{:016x}", checksum); }

std::uint64_t checksum_of(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::string file_of(std::uint64_t number, std::size_t shard) {
  return fmt::format("{}-shard-{}.bin", number, shard);
}

bool is_ours(const std::string& name) {
  return name == kManifest || (name.find("-shard-") != std::string::npos && name.ends_with(".bin"));
}

// --- writing ------------------------------------------------------------------------------------

Failure cannot_write(const fs::path& path) {
  return analysis::Error{fmt::format("cannot write {}: {}", path.string(), std::strerror(errno))};
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }

 private:
  const int number_;
};

// On the disk, and whole, before it has its name.
Failure write_durably(const fs::path& path, std::string_view bytes) {
  const fs::path temporary = path.parent_path() / ("." + path.filename().string() + ".new");
  {
    const Descriptor file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (file.get() < 0) return cannot_write(temporary);
    for (std::string_view rest = bytes; !rest.empty();) {
      const ssize_t written = ::write(file.get(), rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return cannot_write(temporary);
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fsync(file.get()) != 0) return cannot_write(temporary);
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return cannot_write(path);
  return {};
}

Failure sync_folder(const fs::path& folder) {
  const Descriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || fsync(directory.get()) != 0) return cannot_write(folder);
  return {};
}

std::string shard_bytes(std::uint64_t number, std::size_t shard, const std::vector<Values>& image) {
  std::vector<std::byte> bytes;
  WireWriter out(bytes);
  out.fixed64(kShardMagic);
  out.varint(number);
  out.varint(shard);
  out.varint(image.size());
  for (const Values& part : image) {
    out.byte(part.is_phantom());  // of a timing-only run: a size and nothing else
    out.varint(part.size());
    if (!part.is_phantom()) out.floats(part);
  }
  out.fixed64(XXH3_64bits(bytes.data(), bytes.size()));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void remove_all_but(const fs::path& folder, const std::set<std::string>& kept) {
  std::error_code why;
  std::vector<fs::path> old;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, why)) {
    const std::string name = entry.path().filename().string();
    if (is_ours(name) && !kept.contains(name)) old.push_back(entry.path());
  }
  for (const fs::path& path : old) fs::remove(path, why);
}

// --- reading ------------------------------------------------------------------------------------

InputError refuse(const fs::path& path, std::string message) {
  return {.file = path.string(), .message = std::move(message)};
}

// The image of a shard, or what is wrong with the file.
std::variant<std::vector<Values>, std::string> parse_shard(const std::string& text,
                                                           const Json& entry, std::uint64_t number,
                                                           std::size_t shard) {
  const auto bytes = entry.at("bytes").get<std::uint64_t>();
  if (text.size() != bytes)
    return fmt::format("found {} bytes, expected {}, as {} says", text.size(), bytes, kManifest);
  if (text.size() < kChecksumBytes) return fmt::format("found {} bytes, expected more", bytes);
  const std::size_t body = text.size() - kChecksumBytes;
  const std::uint64_t found = checksum_of(std::string_view(text).substr(0, body));
  std::uint64_t own = 0;
  std::memcpy(&own, text.data() + body, sizeof own);
  const std::string expected = entry.at("checksum").get<std::string>();
  if (found != own || checksum_text(found) != expected)
    return fmt::format("found contents with the checksum {}, expected {}", checksum_text(found),
                       found != own ? checksum_text(own) : expected);
  WireReader in(std::as_bytes(std::span(text)).first(body));
  std::vector<Values> image;
  const bool is_it =
      in.fixed64() == kShardMagic && in.varint() == number && in.varint() == std::uint64_t{shard};
  if (!is_it) return fmt::format("expected shard {} of checkpoint {}", shard, number);
  const std::uint64_t parts = in.count(2);
  for (std::uint64_t i = 0; i < parts && in.ok(); ++i) {
    const bool phantom = in.byte() != 0;
    image.push_back(phantom ? Values::phantom(in.varint()) : in.floats(in.count(sizeof(float))));
  }
  if (!in.ok() || !in.at_end()) return "expected " + (in.ok() ? "its end" : in.expected());
  return image;
}

// The first thing in which two identities differ.
std::string difference(const Json& found, const Json& expected) {
  for (const auto& [key, value] : expected.items())
    if (found.value(key, Json()) != value)
      return fmt::format("found a checkpoint of another job, with the {} {}, expected {}", key,
                         found.value(key, Json()).dump(), value.dump());
  return "";
}

}  // namespace

Json checkpoint_identity(const Job& job) {
  const RunSpec& run = job.spec;
  std::uint32_t servers = 0;
  for (std::uint32_t server = 0; server < run.cluster.servers; ++server)
    servers += !joins_later(run.faults, server_id(server));
  Json partition = partition_json(run.partition);
  partition.erase("shards_per_server");
  Json tables = Json::array();
  for (const Table& table : job.tables)
    tables.push_back({{"keys", table.keys}, {"width", table.width}});
  return {{"seed", run.seed},
          {"workers", run.cluster.workers},
          {"shards", servers * run.partition.shards_per_server},
          {"partition", std::move(partition)},
          {"tables", std::move(tables)},
          {"learner", job_json(run.job, "/")["learner"]},
          {"optimizer", optimizer_name(run.job.optimizer.type)},
          {"rows", job.train.rows},
          {"gradients", job.code                             ? "decoded"
                        : job.consistency->quorum()          ? "in groups"
                        : job.consistency->sums_iterations() ? "summed"
                                                             : "one by one"}};
}

Failure write_checkpoint(const fs::path& folder, const Checkpoint& checkpoint, const Job& job) {
  std::error_code why;
  fs::create_directories(folder, why);
  if (why)
    return analysis::Error{fmt::format("cannot make {}: {}", folder.string(), why.message())};
  Json clocks = Json::array(), shards = Json::array();
  for (Clock clock : checkpoint.clocks) clocks.push_back(clock.value);
  std::set<std::string> kept = {kManifest};
  for (std::size_t shard = 0; shard < checkpoint.shards.size(); ++shard) {
    const std::string name = file_of(checkpoint.number, shard);
    const std::string bytes = shard_bytes(checkpoint.number, shard, checkpoint.shards[shard]);
    if (Failure failure = write_durably(folder / name, bytes)) return failure;
    const auto body = std::string_view(bytes).substr(0, bytes.size() - kChecksumBytes);
    shards.push_back(
        {{"file", name}, {"bytes", bytes.size()}, {"checksum", checksum_text(checksum_of(body))}});
    kept.insert(name);
  }
  Json manifest = {{"format", kFormat},
                   {"number", checkpoint.number},
                   {"time_s", checkpoint.at.seconds},
                   {"iteration", checkpoint.slowest().value},
                   {"examples", checkpoint.examples},
                   {"clocks", std::move(clocks)},
                   {"expelled", checkpoint.expelled},
                   {"shards", std::move(shards)},
                   {"job", checkpoint_identity(job)}};
  manifest["checksum"] = checksum_text(checksum_of(manifest.dump()));
  if (Failure failure = sync_folder(folder)) return failure;
  if (Failure failure = write_durably(folder / kManifest, manifest.dump(2) + "\n")) return failure;
  if (Failure failure = sync_folder(folder)) return failure;
  remove_all_but(folder, kept);
  return {};
}

void remove_checkpoint(const fs::path& folder) {
  std::error_code why;
  fs::remove(folder / kManifest, why);  // first: what is left without it is nothing
  remove_all_but(folder, {});
  fs::remove(folder, why);
}

Result<CheckpointPtr> read_checkpoint(const fs::path& path, const Job& job) {
  std::error_code why;
  const bool of_results = !fs::exists(path / kManifest, why);
  const fs::path folder = of_results ? path / kCheckpointFolder : path;
  const fs::path manifest_path = folder / kManifest;
  const auto text = analysis::read_text(manifest_path);
  if (!text.ok())
    return refuse(path, fmt::format("found no complete checkpoint, expected a {}", kManifest));
  try {
    Json manifest = Json::parse(text.value());
    const std::string format = manifest.value("format", "");
    if (format != kFormat)
      return refuse(manifest_path,
                    fmt::format("found the format \"{}\", expected \"{}\"", format, kFormat));
    const std::string expected = manifest.at("checksum");
    manifest.erase("checksum");
    const std::string found = checksum_text(checksum_of(manifest.dump()));
    if (found != expected)
      return refuse(manifest_path, fmt::format("found contents with the checksum {}, expected {}",
                                               found, expected));
    const std::string other = difference(manifest.at("job"), checkpoint_identity(job));
    if (!other.empty()) return refuse(manifest_path, other);
    auto checkpoint = std::make_shared<Checkpoint>();
    checkpoint->number = manifest.at("number");
    checkpoint->at = {manifest.at("time_s").get<double>()};
    checkpoint->examples = manifest.at("examples");
    for (const Json& clock : manifest.at("clocks"))
      checkpoint->clocks.push_back({clock.get<std::uint32_t>()});
    checkpoint->expelled = manifest.at("expelled").get<std::vector<std::uint32_t>>();
    const Json& shards = manifest.at("shards");
    for (std::size_t shard = 0; shard < shards.size(); ++shard) {
      const fs::path file = folder / shards[shard].at("file").get<std::string>();
      const auto bytes = analysis::read_text(file);
      if (!bytes.ok())
        return refuse(file, fmt::format("found no such file, expected shard {}", shard));
      auto parsed = parse_shard(bytes.value(), shards[shard], checkpoint->number, shard);
      if (const auto* wrong = std::get_if<std::string>(&parsed)) return refuse(file, *wrong);
      checkpoint->shards.push_back(std::get<std::vector<Values>>(std::move(parsed)));
    }
    const Json& identity = manifest.at("job");
    if (checkpoint->shards.size() != identity.at("shards") ||
        checkpoint->clocks.size() != identity.at("workers"))
      return refuse(manifest_path, "expected a file for each shard and a clock for each worker");
    return CheckpointPtr(std::move(checkpoint));
  } catch (const Json::exception& exception) {
    return refuse(manifest_path,
                  std::string("expected a manifest that psgrid wrote: ") + exception.what());
  }
}

}  // namespace psgrid::scenarios
