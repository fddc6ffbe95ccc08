#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/latest.hpp"
#include "common/token_bucket.hpp"
#include "web/access_rules.hpp"
#include "web/failure_limits.hpp"
#include "web/http.hpp"
#include "web/password_check.hpp"

namespace glusterfs_exporter::web {

/// Decides who may read and post what. For any thread.
///
/// Without users and tokens everybody may read, and receivers of posts decide as they do without it (their
/// own token, else this machine). As soon as there is a user or a token, reading takes one, and being on this
/// machine counts only where a list says so. docs/access.md is the description for users.
class Access {
 public:
  using Users = PasswordCheck::Users;
  using Clock = FailureLimits::Clock;

  struct Parts {
    std::function<std::shared_ptr<const Users>()> users;  ///< those of now; null for none
    std::shared_ptr<spdlog::logger> log;                  ///< never null
    PasswordCheck::Compare compare = PasswordCheck::bcrypt_matches;
    std::function<Clock::time_point()> now = Clock::now;
  };

  Access(AccessRules rules, Parts parts) : parts_(std::move(parts)) { set_rules(std::move(rules)); }

  /// What counts from now on.
  void set_rules(AccessRules rules) { rules_.set(std::make_shared<const AccessRules>(std::move(rules))); }

  /// The answer for somebody who may not; nothing for who may. Marks posts for their receivers.
  std::optional<Response> admit(Request& request);

  /// A receiver found that somebody's token was wrong.
  void failed(std::string_view address);

  /// Whether the receivers have tokens of their own.
  struct OwnTokens {
    bool alerts = false;
    bool gluster_events = false;
  };
  /// Who may do what, in a line for the log.
  [[nodiscard]] std::string summary(bool tls, OwnTokens own) const;

  /// Whether the other exporters of the cluster, if they are set up as this one is, are let in.
  [[nodiscard]] bool lets_cluster_in() const;

 private:
  /// What somebody shows.
  struct Caller {
    enum class Kind : std::uint8_t { nobody, user, token, cluster };
    Kind kind = Kind::nobody;
    std::string name;
    bool wrong = false;              ///< what was shown is not good
    std::optional<Response> answer;  ///< for who is to come back later
  };
  using List = std::vector<std::string>;
  /// What counts for one request from its begin to its end.
  struct Now {
    std::shared_ptr<const AccessRules> rules;
    std::shared_ptr<const Users> users;

    [[nodiscard]] bool is_protected() const { return !users->empty() || !rules->tokens.empty(); }
  };

  [[nodiscard]] std::optional<Response> admit_read(const Request& request, std::string_view group,
                                                   const Now& now);
  [[nodiscard]] std::optional<Response> admit_post(Request& request, std::string_view group, const Now& now);
  [[nodiscard]] Caller identify(const Request& request, const Now& now);
  [[nodiscard]] static Caller by_token(std::string_view token, const AccessRules& rules);
  [[nodiscard]] Caller by_password(const Request& request, std::string_view encoded, const Users& users);
  [[nodiscard]] static List read_list(std::string_view group, const Now& now);
  [[nodiscard]] static bool is_listed(const List& list, const Caller& caller);
  [[nodiscard]] static Response challenge(const Now& now, bool wrong);
  [[nodiscard]] Now now() const;
  void note_failure(const Request& request);

  Latest<AccessRules> rules_;
  const Parts parts_;
  const std::shared_ptr<const Users> no_users_ = std::make_shared<const Users>();
  FailureLimits limits_;
  PasswordCheck passwords_{parts_.compare};
  std::mutex log_mutex_;
  TokenBucket log_lines_{5, 1.0 / 60};
};

}  // namespace glusterfs_exporter::web
