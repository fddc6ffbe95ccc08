#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "common/unique_fd.hpp"

namespace glusterfs_exporter::webhook {

/// A folder that keeps documents until they are delivered, also when this program is killed: one file each,
/// SEQUENCE.ID.json, complete or not there. Several threads may be at work, each with another
/// document.
class Spool {
 public:
  /// A document that lies in the folder.
  struct Stored {
    std::uint64_t sequence = 0;
    std::string id;         ///< of the delivery
    std::size_t bytes = 0;  ///< what it takes of the file system
  };

  /// Makes the folder, for this user alone, unless it is there, and takes away what was not written to its
  /// end. Error: exit, when that is not possible or another program has the folder; the context is a
  /// sentence.
  static Result<Spool> open(const std::filesystem::path& folder);

  /// What it held when it was opened, the oldest first.
  [[nodiscard]] const std::vector<Stored>& found() const { return found_; }

  /// What a document of so many bytes takes: whole blocks.
  static std::size_t bytes_on_disk(std::size_t bytes);

  /// Error: exit, when the disk is full, for instance; then nothing is there. `id` is of letters, digits and
  /// dashes.
  Result<void> write(std::uint64_t sequence, const std::string& id, const std::string& body);
  /// Error: exit, when it is gone or cannot be read.
  [[nodiscard]] Result<std::string> read(std::uint64_t sequence, const std::string& id) const;
  void remove(std::uint64_t sequence, const std::string& id);

 private:
  Spool(std::filesystem::path folder, UniqueFd folder_fd)
      : folder_(std::move(folder)), folder_fd_(std::move(folder_fd)) {}

  Result<void> look_through();

  std::filesystem::path folder_;
  UniqueFd folder_fd_;  // locked as long as it is open
  std::vector<Stored> found_;
};

}  // namespace glusterfs_exporter::webhook
