#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/hmac_sha256.hpp"
#include "config/web_config.hpp"

namespace glusterfs_exporter::web {

/// Whether a password is that of a user. For any thread.
///
/// A check is made to be slow, so one is done at a time, few may wait for it, and what was good is kept: not
/// the password, but a keyed digest of user, password and hash, whose key is made anew by each run of the
/// program. A user that is not there costs the same check, so that the time tells nobody who is.
class PasswordCheck {
 public:
  using Users = std::map<std::string, std::string, std::less<>>;
  /// Whether `password` has this bcrypt hash.
  using Compare = std::function<bool(const std::string& password, const std::string& hash)>;

  enum class Result : std::uint8_t { good, bad, busy };

  static constexpr std::size_t kMaxKept = 256;
  static constexpr std::size_t kMaxWaiting = 8;
  static constexpr std::size_t kMaxPasswordBytes = 1024;

  explicit PasswordCheck(Compare compare = bcrypt_matches);

  /// Whether this was found good before, which takes no time. A hash that changed makes another digest, so
  /// nothing of the old one holds.
  bool is_known(const Users& users, std::string_view user, std::string_view password);

  /// The slow way.
  Result check(const Users& users, std::string_view user, std::string_view password);

  static bool bcrypt_matches(const std::string& password, const std::string& hash);

 private:
  [[nodiscard]] std::optional<Sha256Digest> digest_of(std::string_view user, std::string_view password,
                                                      std::string_view hash) const;
  bool is_kept(const Sha256Digest& digest);
  void keep(const Sha256Digest& digest);

  const Compare compare_;
  std::string key_;
  std::mutex mutex_;
  std::condition_variable freed_;
  bool running_ = false;
  std::size_t waiting_ = 0;
  std::list<Sha256Digest> kept_;  ///< the one used last first
};

}  // namespace glusterfs_exporter::web
