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

/// Once before anything else of libcurl's; from any thread, any number of times.
inline void init_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace glusterfs_exporter
