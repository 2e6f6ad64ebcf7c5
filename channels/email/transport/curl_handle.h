// Owning pointers to libcurl's objects, and what both its protocols here are told alike. For this
// room alone.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "channels/email/transport/smtp_sender.h"

namespace wissel::email {

struct CurlClose {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using CurlHandle = std::unique_ptr<CURL, CurlClose>;

struct CurlListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlList = std::unique_ptr<curl_slist, CurlListFree>;

// Once for the process.
void InitCurl();

// Sign-in, TLS, time limits; `stop` is looked at all the time.
void SetServer(CURL* handle, const ServerAddress& server, Duration timeout,
               const std::atomic<bool>* stop);

}  // namespace wissel::email
