#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace glusterfs_exporter::model {

/// A value that several pictures share, or null. Two are equal when the values are, wherever they lie.
template <class T>
class Shared : public std::shared_ptr<const T> {
 public:
  using std::shared_ptr<const T>::shared_ptr;
  Shared(std::shared_ptr<const T> value)  // NOLINT(google-explicit-constructor): it is one
      : std::shared_ptr<const T>(std::move(value)) {}

  friend bool operator==(const Shared& left, const Shared& right) {
    return left.get() == right.get() || (left != nullptr && right != nullptr && *left == *right);
  }
  friend bool operator==(const Shared& value, std::nullptr_t) { return value.get() == nullptr; }
};

}  // namespace glusterfs_exporter::model
