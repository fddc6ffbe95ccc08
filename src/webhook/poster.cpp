#include "webhook/poster.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/build_info.hpp"
#include "common/curl.hpp"
#include "common/gzip.hpp"
#include "common/text.hpp"
#include "webhook/retry.hpp"
#include "webhook/signature.hpp"

namespace glusterfs_exporter::webhook {
namespace {

constexpr std::size_t kMaxAnswerBytes = std::size_t{64} << 10U;  // more is not worth waiting for
constexpr std::size_t kMaxShownBytes = 200;
constexpr int kMaxRedirects = 3;

/// What is kept of an answer, and why it may be ended.
struct Answer {
  std::string body;
  std::size_t bytes = 0;
  std::stop_token stop;
};

// Called by libcurl, which takes any number but `size` for "end this transfer".

std::size_t on_body(char* bytes, std::size_t /*one*/, std::size_t size, void* user) {
  auto& answer = *static_cast<Answer*>(user);
  answer.bytes += size;
  answer.body.append(bytes,
                     std::min(size, kMaxShownBytes + 1 - std::min(answer.body.size(), kMaxShownBytes + 1)));
  return answer.bytes > kMaxAnswerBytes ? CURL_WRITEFUNC_ERROR : size;
}

/// At least once a second.
int on_progress(void* user, curl_off_t /*down_total*/, curl_off_t /*down*/, curl_off_t /*up_total*/,
                curl_off_t /*up*/) {
  return static_cast<Answer*>(user)->stop.stop_requested() ? 1 : 0;
}

std::string part_of(const char* url, CURLUPart part, unsigned flags = 0) {
  const CurlUrl parsed(curl_url());
  char* text = nullptr;
  if (parsed == nullptr || curl_url_set(parsed.get(), CURLUPART_URL, url, 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), part, &text, flags) != CURLUE_OK) {
    return {};
  }
  std::string copy(text);
  curl_free(text);
  return copy;
}

std::array<std::string, 3> origin_of(const char* url) {
  return {part_of(url, CURLUPART_SCHEME), part_of(url, CURLUPART_HOST),
          part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT)};
}

bool add(CurlList& list, const std::string& line) {
  auto* const longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) {
    return false;
  }
  static_cast<void>(list.release());
  list.reset(longer);
  return true;
}

}  // namespace

class Poster::Impl {
 public:
  Impl(config::WebhookTarget target, Credentials credentials, std::stop_token stop)
      : target_(std::move(target)), credentials_(std::move(credentials)), stop_(std::move(stop)) {
    init_curl();
    easy_.reset(curl_easy_init());
  }

  Attempt post(const std::string& id, const std::string& body) {
    if (target_.gzip && packed_id_ != id) {
      packed_ = glusterfs_exporter::gzip(body);
      packed_id_ = id;
    }
    const std::string& sent = target_.gzip ? packed_ : body;
    std::string url = target_.url;
    for (int redirects = 0;; ++redirects) {
      auto attempt = post_to(url, id, sent);
      const char* next = nullptr;
      if (attempt.result != Attempt::Result::rejected || easy_ == nullptr ||
          curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &next) != CURLE_OK || next == nullptr) {
        return attempt;
      }
      if (!keeps_the_method(status()) || redirects == kMaxRedirects ||
          origin_of(next) != origin_of(url.c_str())) {
        attempt.text += fmt::format(" (not followed to {})", shown(next, kMaxShownBytes));
        return attempt;
      }
      url = next;
    }
  }

 private:
  Attempt post_to(const std::string& url, const std::string& id, const std::string& sent) {
    Answer answer{.body = {}, .bytes = 0, .stop = stop_};
    CurlList headers;
    if (easy_ == nullptr || !prepare(url, sent, answer) || !add_headers(headers, id, sent)) {
      return {Attempt::Result::failed, "connect", "libcurl does not work", std::nullopt};
    }
    const CURLcode code = curl_easy_perform(easy_.get());
    auto attempt = outcome(code, answer);
    // Nothing in it may outlive this function.
    curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, nullptr);
    return attempt;
  }

  bool prepare(const std::string& url, const std::string& sent, Answer& answer) {
    CURL* const easy = easy_.get();
    curl_easy_reset(easy);  // keeps connections
    const auto set = [easy](CURLoption option, auto value) { return set_option(easy, option, value); };
    const auto set_path = [&set](CURLoption option, const std::string& path) {
      return path.empty() || set(option, path.c_str());
    };
    const bool basic = target_.username.empty() || (set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC) &&
                                                    set(CURLOPT_USERNAME, target_.username.c_str()) &&
                                                    set(CURLOPT_PASSWORD, credentials_.password.c_str()));
    return basic && set_usual_options(easy) && set(CURLOPT_URL, url.c_str()) && set(CURLOPT_POST, 1L) &&
           set(CURLOPT_POSTFIELDS, sent.data()) &&
           set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(sent.size())) &&
           set(CURLOPT_TIMEOUT_MS, static_cast<long>(target_.timeout.count())) &&
           set_path(CURLOPT_CAINFO, target_.ca_file) && set_path(CURLOPT_SSLCERT, target_.cert_file) &&
           set_path(CURLOPT_SSLKEY, target_.key_file) && set(CURLOPT_WRITEFUNCTION, &on_body) &&
           set(CURLOPT_WRITEDATA, &answer) && set(CURLOPT_NOPROGRESS, 0L) &&
           set(CURLOPT_XFERINFOFUNCTION, &on_progress) && set(CURLOPT_XFERINFODATA, &answer);
  }

  bool add_headers(CurlList& headers, const std::string& id, const std::string& sent) {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    bool good = add(headers, "Content-Type: application/json") &&
                add(headers, "Expect:") &&  // not to wait for a "100 Continue" that few servers send
                add(headers, fmt::format("User-Agent: glusterfs_exporter/{}", build_version())) &&
                add(headers, "Webhook-Id: " + id) && add(headers, fmt::format("Webhook-Timestamp: {}", now));
    if (target_.gzip) {
      good = good && add(headers, "Content-Encoding: gzip");
    }
    if (!credentials_.bearer_token.empty()) {
      good = good && add(headers, "Authorization: Bearer " + credentials_.bearer_token);
    }
    if (!credentials_.signing_key.empty()) {
      const auto signature = webhook_signature(credentials_.signing_key, id, now, sent);
      good = good && !signature.empty() && add(headers, "Webhook-Signature: " + signature);
    }
    for (const auto& [name, value] : target_.headers) {
      // To libcurl a header without a value is one to leave out, unless a semicolon stands for the colon.
      good =
          good && add(headers, value.empty() ? fmt::format("{};", name) : fmt::format("{}: {}", name, value));
    }
    return good && curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers.get()) == CURLE_OK;
  }

  [[nodiscard]] long status() const {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  static bool keeps_the_method(long status) {
    constexpr long kTemporary = 307;
    constexpr long kPermanent = 308;
    return status == kTemporary || status == kPermanent;
  }

  Attempt outcome(CURLcode code, const Answer& answer) {
    if (stop_.stop_requested() && code == CURLE_ABORTED_BY_CALLBACK) {
      return {Attempt::Result::stopped, "", "this program is ending", std::nullopt};
    }
    const bool answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && answer.bytes > kMaxAnswerBytes);
    if (answered) {
      return judge(answer);
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
      return {Attempt::Result::failed, "timeout",
              fmt::format("no complete answer within {} ms", target_.timeout.count()), std::nullopt};
    }
    return {Attempt::Result::failed, "connect", curl_easy_strerror(code), std::nullopt};
  }

  [[nodiscard]] Attempt judge(const Answer& answer) const {
    constexpr long kOk = 200;
    constexpr long kRedirect = 300;
    constexpr long kTooMany = 429;
    constexpr long kServerError = 500;
    const long code = status();
    if (code >= kOk && code < kRedirect) {
      return {Attempt::Result::delivered, "", "", std::nullopt};
    }
    Attempt attempt{Attempt::Result::rejected, "status", fmt::format("status {}", code), std::nullopt};
    if (const auto said = shown(answer.body, kMaxShownBytes); !said.empty()) {
      attempt.text += ": " + said;
    }
    if (code == kTooMany || code >= kServerError) {
      attempt.result = Attempt::Result::failed;
      curl_header* header = nullptr;
      if (curl_easy_header(easy_.get(), "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK) {
        attempt.retry_after = parse_retry_after(header->value, std::chrono::system_clock::now());
      }
    }
    return attempt;
  }

  const config::WebhookTarget target_;
  const Credentials credentials_;
  const std::stop_token stop_;
  CurlEasy easy_;
  std::string packed_;  // the body of packed_id_, so that it is compressed once
  std::string packed_id_;
};

Poster::Poster(config::WebhookTarget target, Credentials credentials, std::stop_token stop)
    : impl_(std::make_unique<Impl>(std::move(target), std::move(credentials), std::move(stop))) {}

Poster::~Poster() = default;

Attempt Poster::post(const std::string& id, const std::string& body) {
  return impl_->post(id, body);
}

}  // namespace glusterfs_exporter::webhook
