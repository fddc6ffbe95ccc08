#include "web/password_check.hpp"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include "receive/jwt.hpp"

namespace glusterfs_exporter::web {
namespace {

constexpr std::size_t kKeyBytes = 32;

/// Nobody's, and never good. Its cost is that of the users' hashes, else the time would tell.
std::string dummy_hash(const PasswordCheck::Users& users) {
  std::string hash = "$2y$10$nobodysnobodysnobodysO" + std::string(31, '.');
  if (!users.empty()) {
    hash.replace(4, 2, users.begin()->second, 4, 2);
  }
  return hash;
}

/// crypt() would stop at a NUL and take what stands before for the password.
bool can_be_password(std::string_view password) {
  return password.size() <= PasswordCheck::kMaxPasswordBytes && password.find('\0') == std::string_view::npos;
}

}  // namespace

PasswordCheck::PasswordCheck(Compare compare) : compare_(std::move(compare)), key_(kKeyBytes, '\0') {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(key_.data()), kKeyBytes) != 1) {
    throw std::runtime_error("libcrypto has no random numbers");
  }
}

bool PasswordCheck::bcrypt_matches(const std::string& password, const std::string& hash) {
  const auto data = std::make_unique<crypt_data>();  // 32 KiB: too much for a worker's stack
  const char* const made = ::crypt_r(password.c_str(), hash.c_str(), data.get());
  const bool matches = made != nullptr && receive::is_same_secret(made, hash);
  OPENSSL_cleanse(data.get(), sizeof(*data));
  return matches;
}

std::optional<Sha256Digest> PasswordCheck::digest_of(std::string_view user, std::string_view password,
                                                     std::string_view hash) const {
  // Their lengths keep the parts apart.
  std::string text;
  for (const auto part : {user, password, hash}) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
  }
  auto digest = hmac_sha256(key_, text);
  OPENSSL_cleanse(text.data(), text.size());
  return digest;
}

bool PasswordCheck::is_kept(const Sha256Digest& digest) {
  const auto found = std::ranges::find(kept_, digest);
  if (found == kept_.end()) {
    return false;
  }
  kept_.splice(kept_.begin(), kept_, found);
  return true;
}

void PasswordCheck::keep(const Sha256Digest& digest) {
  if (is_kept(digest)) {
    return;
  }
  kept_.push_front(digest);
  if (kept_.size() > kMaxKept) {
    kept_.pop_back();
  }
}

bool PasswordCheck::is_known(const Users& users, std::string_view user, std::string_view password) {
  const auto found = users.find(user);
  // The same work for a user that is not there.
  const auto digest = digest_of(user, password, found == users.end() ? dummy_hash(users) : found->second);
  const std::scoped_lock lock(mutex_);
  return digest && is_kept(*digest);
}

PasswordCheck::Result PasswordCheck::check(const Users& users, std::string_view user,
                                           std::string_view password) {
  if (!can_be_password(password)) {
    return Result::bad;
  }
  const auto found = users.find(user);
  const bool exists = found != users.end();
  const auto hash = exists ? found->second : dummy_hash(users);
  const auto digest = digest_of(user, password, hash);
  std::unique_lock lock(mutex_);
  if (running_ && waiting_ >= kMaxWaiting) {
    return Result::busy;
  }
  ++waiting_;
  freed_.wait(lock, [this] { return !running_; });
  --waiting_;
  if (digest && is_kept(*digest)) {  // somebody else was let in with it meanwhile
    freed_.notify_one();
    return Result::good;
  }
  running_ = true;
  lock.unlock();
  bool good = false;
  try {
    good = compare_(std::string(password), hash) && exists;
  } catch (...) {
    good = false;  // no memory: the next one has to have its turn all the same
  }
  lock.lock();
  running_ = false;
  if (good && digest) {
    keep(*digest);
  }
  freed_.notify_one();
  return good ? Result::good : Result::bad;
}

}  // namespace glusterfs_exporter::web
