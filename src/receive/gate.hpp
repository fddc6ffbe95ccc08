#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "receive/jwt.hpp"
#include "receive/post.hpp"

namespace glusterfs_exporter::receive {

/// What follows "Bearer" in the header Authorization, in any case; empty when there is no such thing.
std::string_view bearer_of(std::string_view authorization);

/// Who may post. With a token: who sends it (`Authorization: Bearer TOKEN`). With a secret: who sends a JSON
/// Web Token that is signed with it. With both: either. With neither: programs on this machine. Whom Access
/// has let in already is not asked again. Immutable.
class Gate {
 public:
  /// `setting` names the part of the configuration that answers speak of; `token` and `secret` are empty when
  /// not set.
  Gate(std::string setting, std::string token, std::string secret = "")
      : setting_(std::move(setting)), token_(std::move(token)), secret_(std::move(secret)) {}

  /// What the JSON Web Token says, if it was one that let it in; or the answer for somebody who may not.
  [[nodiscard]] std::expected<std::optional<JwtClaims>, Reply> admit(
      const Post& post, std::chrono::system_clock::time_point now) const;

 private:
  std::string setting_;
  std::string token_;
  std::string secret_;
};

}  // namespace glusterfs_exporter::receive
