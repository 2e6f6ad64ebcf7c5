// The figures of webhooks for Prometheus. At most 50 webhooks, so as many labels. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace wissel::webhooks {

class Figures {
 public:
  void CountAttempt(const std::string& webhook, const char* outcome);
  void Show(const std::string& webhook, uint64_t lag, size_t dead_letters, double oldest_seconds);
  void Forget(const std::string& webhook);

  // In the text format of Prometheus.
  std::string Text() const;

 private:
  struct Row {
    std::map<std::string, uint64_t> attempts;  // by outcome
    uint64_t lag = 0;
    size_t dead_letters = 0;
    double oldest_seconds = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Row> rows_;
};

}  // namespace wissel::webhooks
