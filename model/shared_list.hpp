// A short list that copies share: what messages are made of, so that the same list can travel in
// thousands of them. Changing a list that is shared makes a copy first.
//
// A list is one pointer to one block of memory: there may be several in every message under way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include <ext/atomicity.h>

namespace psgrid {

template <class T>
class SharedList {
 public:
  SharedList() = default;
  SharedList(std::initializer_list<T> items) : block_(Block::holding(items.size())) {
    if (block_) std::uninitialized_copy(items.begin(), items.end(), block_->items());
  }
  SharedList(std::vector<T> items) : block_(Block::holding(items.size())) {
    if (block_) std::uninitialized_move(items.begin(), items.end(), block_->items());
  }
  SharedList(const SharedList& other) : block_(other.block_) {
    if (block_) block_->add_owner();
  }
  SharedList(SharedList&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedList& operator=(SharedList other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedList() {
    if (block_ && block_->was_last_owner()) Block::destroy(block_);
  }

  std::size_t size() const { return block_ ? block_->size : 0; }
  bool empty() const { return !block_; }
  const T* begin() const { return block_ ? block_->items() : nullptr; }
  const T* end() const { return begin() + size(); }
  const T& operator[](std::size_t index) const { return block_->items()[index]; }
  const T& front() const { return *block_->items(); }
  const T& back() const { return block_->items()[block_->size - 1]; }

  // True if both are one list, not only equal.
  bool same_as(const SharedList& other) const { return block_ == other.block_; }

  // Linear in the size.
  void push_back(T item) {
    std::vector<T> items(begin(), end());
    items.push_back(std::move(item));
    *this = SharedList(std::move(items));
  }

 private:
  // Followed by the items.
  struct Block {
    // Counted as std::shared_ptr counts: without atomic instructions while there is one thread.
    _Atomic_word owners = 1;
    const std::uint32_t size;

    static constexpr std::size_t kHeader =
        (sizeof(_Atomic_word) + sizeof(std::uint32_t) + alignof(T) - 1) / alignof(T) * alignof(T);
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

    explicit Block(std::uint32_t count) : size(count) {}

    // Null for none; the items are still to be made.
    static Block* holding(std::size_t count) {
      if (count == 0) return nullptr;
      return new (::operator new(kHeader + count * sizeof(T)))
          Block(static_cast<std::uint32_t>(count));
    }
    static void destroy(Block* block) {
      std::destroy_n(block->items(), block->size);
      ::operator delete(block, kHeader + block->size * sizeof(T));
    }
    T* items() {
      return std::launder(reinterpret_cast<T*>(reinterpret_cast<std::byte*>(this) + kHeader));
    }

    void add_owner() { __gnu_cxx::__atomic_add_dispatch(&owners, 1); }
    bool was_last_owner() { return __gnu_cxx::__exchange_and_add_dispatch(&owners, -1) == 1; }
  };

  Block* block_ = nullptr;
};

}  // namespace psgrid
