// Sends HTTP requests, many at once, by libcurl: the only place that knows it. Bounded in every
// way: 20 s for a request, 64 KiB of an answer, no redirects, no proxies, and no connection to an
// address that is not public unless that is allowed.
//
// Belongs to one thread but for Wake. Errors are answers without a status.
#pragma once

#include <curl/curl.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "integration/webhooks/schedule.h"

namespace wissel::webhooks {

struct SenderOptions {
  bool allow_private_addresses = false;
  std::string user_agent = "Wissel";
};

struct Post {
  std::string url;
  std::vector<std::string> headers;  // "name: value"
  std::string body;
};

struct Outcome {
  Answer answer;
  std::string error;  // of one without a status
  Duration took;
};

class Sender {
 public:
  using Done = std::function<void(const Outcome&)>;

  explicit Sender(SenderOptions options);
  ~Sender();

  void Send(Post post, Done done);
  // Waits until something has come, `wait` has passed or Wake was called, and calls the `done` of
  // what has been answered.
  void Work(Duration wait);
  // From any thread.
  void Wake();
  // Answers what is under way with an error.
  void DropAll();

 private:
  class Transfer;
  struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  void Finish();

  const SenderOptions options_;
  std::unique_ptr<CURLM, FreeMulti> multi_;
  std::map<CURL*, std::unique_ptr<Transfer>> transfers_;
};

}  // namespace wissel::webhooks
