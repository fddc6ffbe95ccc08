#include "receive/gate.hpp"

#include <algorithm>
#include <string_view>

namespace glusterfs_exporter::receive {

std::string_view bearer_of(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  const auto is_scheme =
      std::ranges::equal(authorization.substr(0, kScheme.size()), kScheme, [](char sent, char wanted) {
        return (sent >= 'A' && sent <= 'Z' ? sent - 'A' + 'a' : sent) == wanted;
      });
  if (!is_scheme) {
    return {};
  }
  authorization.remove_prefix(kScheme.size());
  while (authorization.starts_with(' ')) {
    authorization.remove_prefix(1);
  }
  return authorization;
}

std::expected<std::optional<JwtClaims>, Reply> Gate::admit(const Post& post,
                                                           std::chrono::system_clock::time_point now) const {
  if (post.admitted) {
    return std::nullopt;
  }
  if (token_.empty() && secret_.empty() && post.needs_token) {
    return std::unexpected(forbidden("where reading takes a user or a token, posting takes " + setting_ +
                                     ".token_file or access.post." + setting_));
  }
  if (token_.empty() && secret_.empty()) {
    if (!post.remote_address.starts_with("127.")) {
      return std::unexpected(forbidden("without " + setting_ +
                                       ".token_file in its configuration this exporter takes posts from its "
                                       "own machine only"));
    }
    // Any page that a browser on this machine shows could post here, too.
    if (post.from_web_page) {
      return std::unexpected(forbidden("without " + setting_ + ".token_file web pages may not post"));
    }
    return std::nullopt;
  }
  const auto bearer = bearer_of(post.authorization);
  if (bearer.empty()) {
    return std::unexpected(unauthorized("a header 'Authorization: Bearer TOKEN' is missing"));
  }
  if (!token_.empty() && is_same_secret(bearer, token_)) {
    return std::nullopt;
  }
  if (secret_.empty()) {
    return std::unexpected(unauthorized("the token is not the one of " + setting_ + ".token_file"));
  }
  auto claims = check_jwt(bearer, secret_, now);
  if (!claims) {
    return std::unexpected(unauthorized(claims.error()));
  }
  return *std::move(claims);
}

}  // namespace glusterfs_exporter::receive
