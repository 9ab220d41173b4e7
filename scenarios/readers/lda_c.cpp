#include "scenarios/readers/lda_c.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "scenarios/readers/line_reader.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

// Counts stay exact as float32.
constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 24;

// Reads one line after another into a RawData.
class LdaCReader {
 public:
  LdaCReader(const std::string& name, std::uint32_t features) : features_(features) {
    raw_.file = name;
    raw_.data.row_begin.push_back(0);
  }

  // An error message, empty if the line is right; then column() is where.
  std::string add_line(std::string_view line, std::uint64_t number) {
    const std::vector<Word> words = split_words(line);
    if (words.empty()) return "";
    at_ = words[0].column;
    const std::optional<std::uint64_t> count = parse_unsigned(words[0].text);
    if (!count)
      return "found " + in_quotes(words[0].text) + ", expected the number of different words";
    if (*count != words.size() - 1)
      return "found " + std::to_string(words.size() - 1) + " entries, expected " +
             std::to_string(*count) + ", as the line begins with";
    if (raw_.data.rows == kMaxRows) return "found more than 2^27 documents, expected at most that";
    entries_.clear();
    for (std::size_t i = 1; i < words.size(); ++i) {
      std::string error = add_entry(words[i]);
      if (!error.empty()) return error;
    }
    return finish_row(number);
  }

  std::uint64_t column() const { return at_; }

  RawData finish() {
    raw_.data.features = features_ > 0 ? features_ : words_;
    return std::move(raw_);
  }

 private:
  struct Entry {
    std::uint32_t word = 0;
    float count = 0;
    std::uint64_t column = 0;
  };

  std::string add_entry(const Word& text) {
    at_ = text.column;
    const std::size_t colon = text.text.find(':');
    if (colon == std::string_view::npos)
      return "found " + in_quotes(text.text) + ", expected word:count";
    const std::optional<std::uint64_t> word = parse_unsigned(text.text.substr(0, colon));
    const std::optional<std::uint64_t> count = parse_unsigned(text.text.substr(colon + 1));
    const std::uint64_t limit = (features_ > 0 ? features_ : kMaxFeatures) - 1;
    if (!word || *word > limit)
      return "found word " + in_quotes(text.text.substr(0, colon)) +
             ", expected a number from 0 to " + std::to_string(limit);
    if (!count || *count == 0 || *count > kMaxCount)
      return "found count " + in_quotes(text.text.substr(colon + 1)) +
             ", expected a number from 1 to " + std::to_string(kMaxCount);
    entries_.push_back({static_cast<std::uint32_t>(*word), static_cast<float>(*count), at_});
    return "";
  }

  // Words may come in any order.
  std::string finish_row(std::uint64_t number) {
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const Entry& a, const Entry& b) { return a.word < b.word; });
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      at_ = entries_[i].column;
      if (i > 0 && entries_[i].word == entries_[i - 1].word)
        return "found word " + std::to_string(entries_[i].word) +
               " twice, expected each word once a document";
      raw_.data.column.push_back(entries_[i].word);
      raw_.data.value.push_back(entries_[i].count);
      words_ = std::max(words_, entries_[i].word + 1);
    }
    raw_.data.labels.push_back(0);
    raw_.data.row_begin.push_back(raw_.data.column.size());
    raw_.line.push_back(number);
    ++raw_.data.rows;
    return "";
  }

  RawData raw_;
  std::uint32_t features_;
  std::uint32_t words_ = 0;
  std::vector<Entry> entries_;  // of this line
  std::uint64_t at_ = 1;
};

}  // namespace

Result<RawData> read_lda_c(std::string_view text, const std::string& name, std::uint32_t features) {
  LdaCReader reader(name, features);
  return read_lines(reader, text, name);
}

}  // namespace psgrid::scenarios
