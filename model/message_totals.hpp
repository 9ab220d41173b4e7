// How much of each type of message was sent.
#pragma once

#include <array>
#include <variant>
#include <vector>

#include "model/ids.hpp"
#include "model/message.hpp"
#include "model/run_observer.hpp"

namespace psgrid {

class MessageTotals {
 public:
  void add(const Message& message, Bytes size) { add(message.index(), 1, size); }
  void add(std::size_t type, std::uint64_t messages, Bytes size) {
    sums_[type].messages += messages;
    sums_[type].sent = sums_[type].sent + size;
  }
  void add(const MessageTotals& other) {
    for (std::size_t type = 0; type < sums_.size(); ++type)
      add(type, other.sums_[type].messages, other.sums_[type].sent);
  }

  // Of the types that were sent at all, in the order of the variant.
  std::vector<TypeTotals> list() const {
    std::vector<TypeTotals> list;
    for (std::size_t type = 0; type < sums_.size(); ++type)
      if (sums_[type].messages > 0)
        list.push_back({type_name(type), sums_[type].messages, sums_[type].sent});
    return list;
  }

  struct Sum {
    std::uint64_t messages = 0;
    Bytes sent;
  };
  // By a message's place in the variant.
  const std::array<Sum, std::variant_size_v<Message>>& sums() const { return sums_; }

 private:
  std::array<Sum, std::variant_size_v<Message>> sums_;
};

}  // namespace psgrid
