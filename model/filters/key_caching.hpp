#pragma once

#include <map>

#include "model/filters/filter.hpp"

namespace psgrid {

// Lists of keys that one end has sent the other: the latest, up to a bound.
class KeyLists {
 public:
  explicit KeyLists(std::uint32_t bound) : bound_(bound) {}

  // Whether it is there; it is the latest then.
  const KeySet* find(std::uint64_t signature);
  void insert(std::uint64_t signature, KeySet keys);

 private:
  struct List {
    KeySet keys;
    std::uint64_t used = 0;
  };
  std::uint32_t bound_;
  std::uint64_t uses_ = 0;
  std::map<std::uint64_t, List> lists_;
};

// Lists of keys that were sent before go as their signature, in pulls and in pushes. Both ends keep
// the same number of lists for each worker and shard; a receiver that does not know one, because it
// has just begun or messages have overtaken each other, asks for it. Answers do not repeat the keys
// that they were asked for.
class KeyCaching : public Filter {
 public:
  KeyCaching(const FilterSpec& spec, const FilterSite& site)
      : bound_(spec.lists),
        width_(site.table.width * (site.push ? site.job.rule->pushed_per_weight() : 1)),
        push_(site.push) {}

  Section pack(Section section, const Peer& to) override;
  std::optional<Section> unpack(Section section, const Peer& from) override;
  bool may_be_asked_again() const override { return push_; }
  void forget(const Peer& peer) override { lists_.erase(peer); }

 private:
  KeyLists& lists_of(const Peer& peer) { return lists_.try_emplace(peer, bound_).first->second; }

  std::uint32_t bound_;
  std::uint32_t width_;  // values of a row that is sent
  bool push_;
  std::map<Peer, KeyLists> lists_;
};

}  // namespace psgrid
