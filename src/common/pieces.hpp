#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glusterfs_exporter {

/// Bytes that lie in several places, to be read one after the other; so what did not change since the last
/// time need not be copied. Built by one thread; once it is shared nobody changes it any more.
class Pieces {
 public:
  Pieces() = default;
  /// Of one piece.
  explicit Pieces(std::string bytes) {
    const auto kept = std::make_shared<const std::string>(std::move(bytes));
    add(*kept);
    keep(kept);
  }

  /// What is added, and what it lies in, has to be kept.
  void add(std::string_view piece) { add(piece, {}, 0); }
  /// `piece`, and then `more`, which are `bytes_of_more` bytes together.
  void add(std::string_view piece, std::span<const std::string_view> more, std::size_t bytes_of_more) {
    runs_.push_back({piece, more});
    size_ += piece.size() + bytes_of_more;
  }

  /// As long as this lives, `owner` does.
  void keep(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }

  [[nodiscard]] std::size_t size() const { return size_; }  ///< bytes

  /// Calls `take(piece)` for one after the other until it gives false; then it gives false, too.
  template <class Take>
  bool each(Take take) const {
    for (const auto& [first, more] : runs_) {
      if (!take(first)) {
        return false;
      }
      for (const auto piece : more) {
        if (!take(piece)) {
          return false;
        }
      }
    }
    return true;
  }

  [[nodiscard]] std::string joined() const {
    std::string all;
    all.reserve(size_);
    each([&](std::string_view piece) {
      all += piece;
      return true;
    });
    return all;
  }

 private:
  struct Run {
    std::string_view first;
    std::span<const std::string_view> more;
  };
  std::vector<Run> runs_;
  std::size_t size_ = 0;
  std::vector<std::shared_ptr<const void>> owners_;
};

}  // namespace glusterfs_exporter
