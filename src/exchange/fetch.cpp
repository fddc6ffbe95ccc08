#include "exchange/fetch.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/build_info.hpp"
#include "common/curl.hpp"
#include "common/text.hpp"

namespace glusterfs_exporter::exchange {
namespace {

constexpr long kStatusOk = 200;
constexpr std::chrono::milliseconds kMaxTimeout = std::chrono::hours(1);

struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Multi = std::unique_ptr<CURLM, MultiDeleter>;

/// One URL on its way. libcurl holds a pointer to it.
struct Transfer {
  std::size_t index = 0;  ///< in the list of URLs
  std::string url;
  std::chrono::milliseconds timeout{};
  CurlList connect_to;
  CurlEasy easy;  // dies before what it refers to
  std::string body;
  std::size_t header_bytes = 0;
  std::size_t* bytes_left = nullptr;  ///< of all answers of the call
  bool oversize = false;
};

// Called by libcurl, which takes any number but `size` for "end this transfer".

std::size_t on_header(char* /*bytes*/, std::size_t /*one*/, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.header_bytes += size;
  transfer.oversize = transfer.oversize || transfer.header_bytes > kMaxHeaderBytes;
  return transfer.oversize ? 0 : size;
}

std::size_t on_body(char* bytes, std::size_t /*one*/, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (size > kMaxAnswerBytes - transfer.body.size() || size > *transfer.bytes_left) {
    transfer.oversize = true;
    *transfer.bytes_left += transfer.body.size();  // others may have its room
    transfer.body = {};
    return CURL_WRITEFUNC_ERROR;
  }
  *transfer.bytes_left -= size;
  transfer.body.append(bytes, size);
  return size;
}

/// The certificate has to be by the cluster's authority, which takes the place of the system's.
bool set_tls(CURL* easy, Transfer& transfer, const ClusterCredentials& credentials) {
  if (!credentials.tls()) {
    return true;
  }
  bool good = set_option(easy, CURLOPT_CAINFO, credentials.ca_file.c_str()) &&
              set_option(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr)) &&
              set_option(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!credentials.cert_file.empty()) {
    good = good && set_option(easy, CURLOPT_SSLCERT, credentials.cert_file.c_str()) &&
           set_option(easy, CURLOPT_SSLKEY, credentials.key_file.c_str());
  }
  constexpr std::string_view kScheme = "https://";
  if (credentials.server_name.empty() || !transfer.url.starts_with(kScheme)) {
    return good;
  }
  // Asks for the name that is in the certificate, and connects to the host all the same.
  const auto path = std::min(transfer.url.find('/', kScheme.size()), transfer.url.size());
  const auto host = transfer.url.substr(kScheme.size(), path - kScheme.size());
  const auto port = host.substr(std::min(host.rfind(':'), host.size()));
  const auto url = fmt::format("{}{}{}{}", kScheme, credentials.server_name, port, transfer.url.substr(path));
  transfer.connect_to.reset(curl_slist_append(nullptr, ("::" + host).c_str()));
  return good && transfer.connect_to != nullptr && set_option(easy, CURLOPT_URL, url.c_str()) &&
         set_option(easy, CURLOPT_CONNECT_TO, transfer.connect_to.get());
}

/// Null when libcurl lacks something or memory is short.
CurlEasy make_easy(Transfer& transfer, const curl_slist* headers, const std::string& user_agent,
                   const ClusterCredentials& credentials) {
  CurlEasy handle(curl_easy_init());
  CURL* const easy = handle.get();
  if (easy == nullptr) {
    return nullptr;
  }
  const bool good =
      set_usual_options(easy) && set_option(easy, CURLOPT_URL, transfer.url.c_str()) &&
      // A kept connection would hold one of the other exporter's few threads until it gives up on it.
      set_option(easy, CURLOPT_FORBID_REUSE, 1L) && set_option(easy, CURLOPT_HTTPHEADER, headers) &&
      set_option(easy, CURLOPT_USERAGENT, user_agent.c_str()) &&
      set_option(easy, CURLOPT_ACCEPT_ENCODING, "gzip") &&
      set_option(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(transfer.timeout.count())) &&
      set_option(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(kMaxAnswerBytes)) &&
      set_option(easy, CURLOPT_HEADERFUNCTION, &on_header) &&
      set_option(easy, CURLOPT_HEADERDATA, &transfer) && set_option(easy, CURLOPT_WRITEFUNCTION, &on_body) &&
      set_option(easy, CURLOPT_WRITEDATA, &transfer) && set_option(easy, CURLOPT_PRIVATE, &transfer);
  return good && set_tls(easy, transfer, credentials) ? std::move(handle) : nullptr;
}

std::unexpected<Error> failure(ErrorKind kind, std::string_view url, std::string_view problem) {
  return std::unexpected(Error{kind, fmt::format("{}: {}", clean_utf8(url), problem)});
}

std::unexpected<Error> connect_failure(const Transfer& transfer, CURLcode code) {
  long number = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_OS_ERRNO, &number);
  const bool connecting = code == CURLE_COULDNT_CONNECT && number != 0;
  return failure(ErrorKind::connect, transfer.url,
                 connecting ? fmt::format("cannot connect: {}",
                                          std::generic_category().message(static_cast<int>(number)))
                            : curl_easy_strerror(code));
}

bool connected(const Transfer& transfer) {
  long port = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_PRIMARY_PORT, &port);
  return port != 0;
}

/// What came of a transfer that libcurl ended with `code`.
Result<std::string> outcome(Transfer& transfer, CURLcode code) {
  long status = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  const bool oversize = transfer.oversize || code == CURLE_FILESIZE_EXCEEDED;
  if ((code == CURLE_OK || oversize) && status != kStatusOk && status != 0) {
    return failure(ErrorKind::exit, transfer.url, fmt::format("status {}", status));
  }
  if (oversize) {
    return failure(ErrorKind::oversize, transfer.url, "the answer is too large");
  }
  switch (code) {
    case CURLE_OK:
      return std::move(transfer.body);
    case CURLE_OPERATION_TIMEDOUT:
      return failure(ErrorKind::timeout, transfer.url,
                     fmt::format("no complete answer within {} ms", transfer.timeout.count()));
    case CURLE_GOT_NOTHING:
      return failure(ErrorKind::connect, transfer.url, "closed without an answer");
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
      return failure(ErrorKind::connect, transfer.url, "broken off");
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WRITE_ERROR:
      return failure(ErrorKind::parse, transfer.url, curl_easy_strerror(code));
    case CURLE_UNSUPPORTED_PROTOCOL:  // of the URL, or an answer without a line that says HTTP
      if (connected(transfer)) {
        return failure(ErrorKind::parse, transfer.url, "the answer is not HTTP");
      }
      return failure(ErrorKind::connect, transfer.url, curl_easy_strerror(code));
    default:
      return connect_failure(transfer, code);
  }
}

}  // namespace

class Fetcher::Impl {
 public:
  Impl(std::stop_token stop, ClusterCredentials credentials)
      : stop_(std::move(stop)), credentials_(std::move(credentials)) {
    init_curl();
    multi_.reset(curl_multi_init());
    headers_.reset(curl_slist_append(nullptr, "Accept: application/json"));
    if (!credentials_.token.empty() && headers_ != nullptr) {
      const auto header = "Authorization: Bearer " + credentials_.token;
      if (curl_slist_append(headers_.get(), header.c_str()) == nullptr) {
        headers_.reset();  // no memory; nothing is fetched then
      }
    }
  }

  std::vector<Result<std::string>> fetch(std::span<const std::string> urls, std::chrono::milliseconds timeout,
                                         const OnEnd& on_end) {
    timeout = std::clamp(timeout, std::chrono::milliseconds(1), kMaxTimeout);
    std::vector<std::optional<Result<std::string>>> results(urls.size());
    run(urls, timeout, results, on_end);
    std::vector<Result<std::string>> all;
    all.reserve(urls.size());
    for (std::size_t i = 0; i < urls.size(); ++i) {
      if (results[i]) {
        all.push_back(*std::move(results[i]));
      } else if (stop_.stop_requested()) {
        all.emplace_back(failure(ErrorKind::cancelled, urls[i], "this program is ending"));
      } else {
        all.emplace_back(failure(ErrorKind::connect, urls[i], "libcurl does not work"));
      }
    }
    return all;
  }

 private:
  using Results = std::vector<std::optional<Result<std::string>>>;
  using Transfers = std::list<Transfer>;

  /// Fills in what it learns; leaves the rest empty when stopped or when libcurl fails.
  void run(std::span<const std::string> urls, std::chrono::milliseconds timeout, Results& results,
           const OnEnd& on_end) {
    if (multi_ == nullptr || headers_ == nullptr) {
      return;
    }
    CURLM* const multi = multi_.get();
    const std::stop_callback wake(stop_, [multi] { curl_multi_wakeup(multi); });
    Transfers transfers;
    std::size_t next = 0;
    std::size_t bytes_left = kMaxAnswersBytes;
    while (!stop_.stop_requested()) {
      while (next < urls.size() && transfers.size() < kMaxTransfers) {
        auto& transfer = transfers.emplace_back();
        transfer.index = next;
        transfer.url = urls[next++];
        transfer.timeout = timeout;
        transfer.bytes_left = &bytes_left;
        transfer.easy = make_easy(transfer, headers_.get(), user_agent_, credentials_);
        if (transfer.easy == nullptr || curl_multi_add_handle(multi, transfer.easy.get()) != CURLM_OK) {
          transfers.pop_back();  // its result stays empty
        }
      }
      int running = 0;
      if (curl_multi_perform(multi, &running) != CURLM_OK) {
        break;
      }
      if (take_finished(transfers, results, on_end)) {
        continue;  // others may start now
      }
      constexpr int kPollMs = 10'000;  // libcurl's own timers and a stop end it earlier
      if (transfers.empty() || curl_multi_poll(multi, nullptr, 0, kPollMs, nullptr) != CURLM_OK) {
        break;
      }
    }
    for (const auto& transfer : transfers) {
      curl_multi_remove_handle(multi, transfer.easy.get());
    }
  }

  /// Whether there were any.
  bool take_finished(Transfers& transfers, Results& results, const OnEnd& on_end) {
    bool any = false;
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) {
        continue;
      }
      any = true;
      CURL* const easy = message->easy_handle;
      const CURLcode code = message->data.result;  // the message dies with the next call
      const auto transfer =
          std::ranges::find_if(transfers, [easy](const Transfer& one) { return one.easy.get() == easy; });
      results[transfer->index] = outcome(*transfer, code);
      if (on_end) {
        curl_off_t microseconds = 0;
        curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &microseconds);
        on_end(transfer->index, std::chrono::microseconds(microseconds));
      }
      curl_multi_remove_handle(multi_.get(), easy);
      transfers.erase(transfer);
    }
    return any;
  }

  std::stop_token stop_;
  ClusterCredentials credentials_;
  std::string user_agent_ = fmt::format("glusterfs_exporter/{}", build_version());
  CurlList headers_;
  Multi multi_;
};

Fetcher::Fetcher(std::stop_token stop, ClusterCredentials credentials)
    : impl_(std::make_unique<Impl>(std::move(stop), std::move(credentials))) {}

Fetcher::~Fetcher() = default;

std::vector<Result<std::string>> Fetcher::fetch(std::span<const std::string> urls,
                                                std::chrono::milliseconds timeout, const OnEnd& on_end) {
  return impl_->fetch(urls, timeout, on_end);
}

}  // namespace glusterfs_exporter::exchange
