#pragma once

#include <curl/curl.h>

#include <memory>
#include <mutex>

/// libcurl's objects, owned.
namespace glusterfs_exporter {

struct CurlDelete {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

using CurlEasy = std::unique_ptr<CURL, CurlDelete>;
using CurlList = std::unique_ptr<curl_slist, CurlDelete>;
using CurlUrl = std::unique_ptr<CURLU, CurlDelete>;

/// False when libcurl lacks the option or memory is short.
template <class T>
bool set_option(CURL* easy, CURLoption option, T value) {
  return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

/// What holds for all that this program asks or tells others: HTTP/1.1 or the same over TLS, no redirects, no
/// proxy whatever the environment says, no signals.
inline bool set_usual_options(CURL* easy) {
  return set_option(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
         set_option(easy, CURLOPT_PROXY, "") &&  // empty is "none", not "ask the environment"
         set_option(easy, CURLOPT_FOLLOWLOCATION, 0L) && set_option(easy, CURLOPT_NOSIGNAL, 1L) &&
         // Else leaving a name that is still being looked up would wait for the resolver.
         set_option(easy, CURLOPT_QUICK_EXIT, 1L) &&
         set_option(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
}

/// Once before anything else of libcurl's; from any thread, any number of times.
inline void init_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace glusterfs_exporter
