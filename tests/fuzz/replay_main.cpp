// Stands in for libFuzzer where there is none: runs a fuzz target on every file of its corpus and
// on seeded random mutations of them, as a short smoke test with any compiler.
//
//   fuzz_NAME_replay [--mutations N] [--seed N] PATH...      PATH: an input, or a folder of them
//
// The input that made the target crash is left in fuzz_NAME_replay.crash in the working folder; run
// the program on that file to see the crash again.
#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// NOLINTNEXTLINE(bugprone-reserved-identifier): the name is the sanitizers'.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

using Input = std::vector<std::uint8_t>;

Input current;
std::string crash_path;

void save_current() {
  const int file = ::open(crash_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0) return;
  const bool saved = ::write(file, current.data(), current.size()) >= 0;
  ::close(file);
  if (saved) std::fprintf(stderr, "the input that failed is in %s\n", crash_path.c_str());
}

void on_signal(int number) {
  save_current();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void run(Input input) {
  current = std::move(input);
  LLVMFuzzerTestOneInput(current.data(), current.size());
}

// splitmix64: the same mutations everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  // Uniform enough in [0, bound); 0 when bound is 0.
  std::size_t below(std::size_t bound) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return bound == 0 ? 0 : (z ^ (z >> 31)) % bound;
  }

 private:
  std::uint64_t state_;
};

Input mutate(Input input, const Input& other, Random& random) {
  constexpr std::string_view kTokens = "{}[]\":,.-+eE0919 \n\t\0\x7f\xff";
  for (std::size_t left = 1 + random.below(8); left > 0; --left) {
    const auto at = static_cast<std::ptrdiff_t>(random.below(input.size() + 1));
    const auto length = static_cast<std::ptrdiff_t>(
        random.below(std::min<std::size_t>(input.size() - static_cast<std::size_t>(at), 32) + 1));
    const auto first = input.begin() + at;
    switch (random.below(6)) {
      case 0:  // flip a bit
        if (first != input.end()) *first ^= static_cast<std::uint8_t>(1u << random.below(8));
        break;
      case 1:  // any byte
        if (first != input.end()) *first = static_cast<std::uint8_t>(random.below(256));
        break;
      case 2:  // insert what often matters in a text
        input.insert(first, static_cast<std::uint8_t>(kTokens[random.below(kTokens.size())]));
        break;
      case 3:  // remove a piece
        input.erase(first, first + length);
        break;
      case 4: {  // repeat a piece
        const Input piece(first, first + length);
        input.insert(first, piece.begin(), piece.end());
        break;
      }
      default:  // go on with another input
        input.erase(first, input.end());
        input.insert(input.end(),
                     other.begin() + static_cast<std::ptrdiff_t>(random.below(other.size() + 1)),
                     other.end());
        break;
    }
  }
  return input;
}

Input read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(2);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Input> read_all(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return {read(path)};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Input> inputs;
  std::transform(files.begin(), files.end(), std::back_inserter(inputs), read);
  return inputs;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t mutations = 0;
  std::uint64_t seed = 1;
  std::vector<Input> corpus;
  crash_path = std::filesystem::path(argv[0]).filename().string() + ".crash";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--mutations" && i + 1 < argc) {
      mutations = std::stoull(argv[++i]);
    } else if (argument == "--seed" && i + 1 < argc) {
      seed = std::stoull(argv[++i]);
    } else {
      std::ranges::move(read_all(argument), std::back_inserter(corpus));
    }
  }
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(save_current);
  for (const int number : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS, SIGILL}) {
    std::signal(number, on_signal);
  }

  std::printf("seed %llu: the empty input, %zu inputs, %zu mutations\n",
              static_cast<unsigned long long>(seed), corpus.size(), mutations);
  std::fflush(stdout);
  run({});
  for (const Input& input : corpus) run(input);
  if (corpus.empty()) corpus.emplace_back();
  Random random(seed);
  for (std::size_t i = 0; i < mutations; ++i) {
    const Input& other = corpus[random.below(corpus.size())];
    run(mutate(corpus[random.below(corpus.size())], other, random));
  }
}
