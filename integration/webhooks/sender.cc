#include "integration/webhooks/sender.h"

#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <utility>

#include "base/invariant.h"
#include "integration/webhooks/addresses.h"

namespace wissel::webhooks {
namespace {

constexpr long kConnectMs = 10'000;
constexpr long kTotalMs = 20'000;  // Standard Webhooks: 15 to 30 s
constexpr size_t kMostOfAnswer = 64 * 1024;
constexpr long kMostConnections = 100;

void InitOnce() {
  static std::once_flag once;
  std::call_once(once, [] { INVARIANT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
}

template <class Value>
void Set(CURL* easy, CURLoption option, Value value) {
  INVARIANT(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

}  // namespace

// One request and its answer.
class Sender::Transfer {
 public:
  Transfer(const SenderOptions& options, Post post, Done done)
      : allow_private_(options.allow_private_addresses),
        post_(std::move(post)),
        done_(std::move(done)),
        easy_(curl_easy_init(), curl_easy_cleanup),
        headers_(nullptr, curl_slist_free_all) {
    INVARIANT(easy_ != nullptr);
    post_.headers.push_back("Expect:");  // no 100-continue
    for (const std::string& header : post_.headers) {
      curl_slist* list = curl_slist_append(headers_.release(), header.c_str());
      INVARIANT(list != nullptr);
      headers_.reset(list);
    }
    CURL* e = easy_.get();
    Set(e, CURLOPT_URL, post_.url.c_str());
    Set(e, CURLOPT_PROTOCOLS_STR, allow_private_ ? "http,https" : "https");
    Set(e, CURLOPT_FOLLOWLOCATION, 0L);
    Set(e, CURLOPT_PROXY, "");  // whatever the environment says
    Set(e, CURLOPT_NOSIGNAL, 1L);
    Set(e, CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
    Set(e, CURLOPT_TIMEOUT_MS, kTotalMs);
    Set(e, CURLOPT_USERAGENT, options.user_agent.c_str());
    Set(e, CURLOPT_HTTPHEADER, headers_.get());
    Set(e, CURLOPT_POST, 1L);
    Set(e, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post_.body.size()));
    Set(e, CURLOPT_POSTFIELDS, post_.body.data());
    Set(e, CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
    Set(e, CURLOPT_WRITEDATA, this);
    Set(e, CURLOPT_OPENSOCKETFUNCTION, &Transfer::OpenSocket);
    Set(e, CURLOPT_OPENSOCKETDATA, this);
  }

  CURL* easy() const { return easy_.get(); }

  void Drop() { done_({{}, "the server is stopping", {}}); }

  void Finish(CURLcode code) {
    Outcome outcome;
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_off_t retry_after = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &retry_after);
    curl_off_t took_us = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME_T, &took_us);
    outcome.took = Duration::Millis(took_us / 1000);
    // An answer that was cut off for its length is one: its status has come.
    if (code == CURLE_OK || too_long_) {
      outcome.answer.http_status = static_cast<int>(status);
      if (retry_after > 0) outcome.answer.retry_after = Duration::Seconds(retry_after);
    } else {
      outcome.error = refused_ ? "the address is one of a private network"
                               : std::string(curl_easy_strerror(code));
    }
    done_(outcome);
  }

 private:
  static size_t OnBody(char*, size_t, size_t size, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.received_ += size;
    transfer.too_long_ = transfer.received_ > kMostOfAnswer;
    return transfer.too_long_ ? 0 : size;
  }

  // The address is judged here, where it is connected to, and nowhere else.
  static curl_socket_t OpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (!transfer.allow_private_ && !IsPublic(address->addr)) {
      transfer.refused_ = true;
      return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }

  const bool allow_private_;
  Post post_;
  const Done done_;
  std::unique_ptr<CURL, void (*)(CURL*)> easy_;
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers_;
  size_t received_ = 0;
  bool too_long_ = false;
  bool refused_ = false;
};

Sender::Sender(SenderOptions options) : options_(std::move(options)) {
  InitOnce();
  multi_.reset(curl_multi_init());
  INVARIANT(multi_ != nullptr);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, kMostConnections);
}

Sender::~Sender() { DropAll(); }

void Sender::DropAll() {
  for (auto& [easy, transfer] : std::exchange(transfers_, {})) {
    curl_multi_remove_handle(multi_.get(), easy);
    transfer->Drop();
  }
}

void Sender::Send(Post post, Done done) {
  auto transfer = std::make_unique<Transfer>(options_, std::move(post), std::move(done));
  CURL* easy = transfer->easy();
  INVARIANT(curl_multi_add_handle(multi_.get(), easy) == CURLM_OK);
  transfers_[easy] = std::move(transfer);
}

void Sender::Work(Duration wait) {
  int running = 0;
  INVARIANT(curl_multi_perform(multi_.get(), &running) == CURLM_OK);
  const auto wait_ms = static_cast<int>(wait.millis());
  INVARIANT(curl_multi_poll(multi_.get(), nullptr, 0, wait_ms, nullptr) == CURLM_OK);
  INVARIANT(curl_multi_perform(multi_.get(), &running) == CURLM_OK);
  Finish();
}

void Sender::Finish() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    auto found = transfers_.find(message->easy_handle);
    const std::unique_ptr<Transfer> transfer = std::move(found->second);
    transfers_.erase(found);
    curl_multi_remove_handle(multi_.get(), transfer->easy());
    transfer->Finish(code);
  }
}

void Sender::Wake() { curl_multi_wakeup(multi_.get()); }

}  // namespace wissel::webhooks
