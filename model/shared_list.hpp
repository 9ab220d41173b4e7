// A short list that copies share: what messages are made of, so that the same list can travel in
// thousands of them. Changing a list that is shared makes a copy first.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace psgrid {

template <class T>
class SharedList {
 public:
  SharedList() = default;
  SharedList(std::initializer_list<T> items) : SharedList(std::vector<T>(items)) {}
  SharedList(std::vector<T> items)
      : items_(items.empty() ? nullptr : std::make_shared<std::vector<T>>(std::move(items))) {}

  std::size_t size() const { return items_ ? items_->size() : 0; }
  bool empty() const { return size() == 0; }
  const T* begin() const { return items_ ? items_->data() : nullptr; }
  const T* end() const { return begin() + size(); }
  const T& operator[](std::size_t index) const { return (*items_)[index]; }
  const T& front() const { return items_->front(); }
  const T& back() const { return items_->back(); }

  // True if both are one list, not only equal.
  bool same_as(const SharedList& other) const { return items_ == other.items_; }

  void push_back(T item) {
    if (!items_)
      items_ = std::make_shared<std::vector<T>>();
    else if (items_.use_count() > 1)
      items_ = std::make_shared<std::vector<T>>(*items_);
    items_->push_back(std::move(item));
  }

 private:
  std::shared_ptr<std::vector<T>> items_;
};

}  // namespace psgrid
