// Sends spans to a collector by OTLP over HTTP, in batches, on a thread of its own. What the
// collector does not take in time is dropped and counted: no call ever waits for it.
//
// Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "base/runtime/thread.h"
#include "gateway/tracing/otlp_json.h"
#include "gateway/tracing/span.h"

namespace wissel::tracing {

struct ExporterOptions {
  std::string endpoint;  // "http://127.0.0.1:4318"; spans go to {endpoint}/v1/traces
  Resource resource;
};

class Exporter {
 public:
  explicit Exporter(ExporterOptions options);
  // Sends what is left, at most for as long as one attempt may take.
  ~Exporter();

  void Add(Span span);
  std::string MetricsText() const;

 private:
  void Run();
  bool Send(const std::vector<Span>& spans) const;

  const ExporterOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Span> spans_;
  uint64_t sent_ = 0;
  uint64_t dropped_ = 0;
  bool stopping_ = false;
  Thread thread_;
};

}  // namespace wissel::tracing
