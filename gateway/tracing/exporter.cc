#include "gateway/tracing/exporter.h"

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <utility>

#include "base/runtime/log.h"
#include "fmt/format.h"

namespace wissel::tracing {
namespace {

constexpr size_t kMostWaiting = 8'192;
constexpr size_t kBatch = 512;
constexpr std::chrono::seconds kSendEvery(1);
constexpr long kLongestWaitSeconds = 5;  // NOLINT(google-runtime-int): libcurl's type

size_t Ignore(char*, size_t, size_t size, void*) { return size; }

}  // namespace

Exporter::Exporter(ExporterOptions options)
    : options_(std::move(options)), thread_("traces", [this] { Run(); }) {}

Exporter::~Exporter() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.Join();
}

void Exporter::Add(Span span) {
  bool full = false;
  {
    std::lock_guard lock(mutex_);
    if (spans_.size() >= kMostWaiting) {
      ++dropped_;
      return;
    }
    spans_.push_back(std::move(span));
    full = spans_.size() == kBatch;
  }
  if (full) wake_.notify_one();
}

void Exporter::Run() {
  bool complained = false;
  for (bool stopping = false; !stopping;) {
    std::vector<Span> spans;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kSendEvery, [this] { return stopping_ || spans_.size() >= kBatch; });
      stopping = stopping_;
      spans.swap(spans_);
    }
    if (spans.empty()) continue;
    const bool sent = Send(spans);
    if (!sent && !complained) {
      Log(LogLevel::kWarning, "traces cannot be sent", {{"to", options_.endpoint}});
    }
    complained = !sent;
    std::lock_guard lock(mutex_);
    (sent ? sent_ : dropped_) += spans.size();
  }
}

bool Exporter::Send(const std::vector<Span>& spans) const {
  const std::unique_ptr<CURL, void (*)(CURL*)> easy(curl_easy_init(), curl_easy_cleanup);
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(
      curl_slist_append(nullptr, "Content-Type: application/json"), curl_slist_free_all);
  const std::string body = OtlpJson(options_.resource, spans);
  const std::string url = options_.endpoint + "/v1/traces";
  CURL* curl = easy.get();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, kLongestWaitSeconds);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Ignore);
  if (curl_easy_perform(curl) != CURLE_OK) return false;
  long status = 0;  // NOLINT(google-runtime-int): libcurl's type
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return status >= 200 && status < 300;
}

std::string Exporter::MetricsText() const {
  std::lock_guard lock(mutex_);
  return fmt::format(
      "# HELP wissel_trace_spans_total Steps of traces, by what became of them.\n"
      "# TYPE wissel_trace_spans_total counter\n"
      "wissel_trace_spans_total{{outcome=\"sent\"}} {}\n"
      "wissel_trace_spans_total{{outcome=\"dropped\"}} {}\n",
      sent_, dropped_);
}

}  // namespace wissel::tracing
