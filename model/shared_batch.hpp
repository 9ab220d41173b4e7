// A mini-batch in pieces that other workers may compute (Harlap et al., FlexRR, SoCC 2016): the
// view of the worker whose batch it is.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/ids.hpp"
#include "model/key_set.hpp"
#include "model/values.hpp"

namespace psgrid {

class SharedBatch {
 public:
  struct Piece {
    std::vector<std::uint32_t> rows;  // of the training data
    std::uint32_t examples = 0;       // rows.size(), or as declared where there are no data
    std::vector<KeySet> keys;         // one a table
  };

  explicit SharedBatch(Clock iteration, std::vector<Piece> pieces);

  Clock iteration() const { return iteration_; }
  std::size_t size() const { return pieces_.size(); }
  const Piece& piece(std::uint32_t number) const { return pieces_[number].what; }
  std::uint32_t examples() const;

  // The next that its worker should compute: first those that nobody has, then those that others
  // have and have not answered. None once all gradients are here.
  std::optional<std::uint32_t> next() const;

  // One for somebody else, from the end; none if each is begun by somebody. The first is never
  // lent.
  std::optional<std::uint32_t> lend();

  // Its worker begins it.
  void begin(std::uint32_t piece) { pieces_[piece].begun = true; }

  // A gradient of a piece; false if there was one already, which is the same.
  bool take(std::uint32_t piece, std::vector<Section> gradient);

  // The mean over all examples: one section a table with the keys of the batch. The sum is made in
  // the order of the pieces, whoever has computed them. Requires that next() has none.
  std::vector<Section> mean(const std::vector<KeySet>& keys) const;

 private:
  struct Entry {
    Piece what;
    bool begun = false;  // by its worker, or lent
    bool done = false;
    std::vector<Section> gradient;
  };

  Clock iteration_;
  std::vector<Entry> pieces_;
};

}  // namespace psgrid
