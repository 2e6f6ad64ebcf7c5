#include "server/import/progress.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "fmt/format.h"

namespace wissel::imports {
namespace {

constexpr int kBar = 40;
// Lines in a file: one at each of these percents.
constexpr int kLineAt = 25;
// What is over at once needs no lines.
constexpr size_t kLong = 5'000;

}  // namespace

Progress::Progress(std::string what, size_t all)
    : what_(std::move(what)), all_(all), is_terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_terminal_ && shown_ >= 0) fmt::print(stderr, "\r\033[K");
}

void Progress::At(size_t done) {
  if (all_ == 0) return;
  const int percent = static_cast<int>(done * 100 / all_);
  if (percent == shown_) return;
  if (is_terminal_) {
    shown_ = percent;
    const int full = percent * kBar / 100;
    fmt::print(stderr, "\r{} [{:=<{}}{: <{}}] {} of {}", what_, "", full, "", kBar - full, done,
               all_);
    std::fflush(stderr);
  } else if (all_ >= kLong && percent / kLineAt > shown_ / kLineAt) {
    shown_ = percent;
    fmt::print(stderr, "{}, {} of {}\n", what_, done, all_);
  }
}

}  // namespace wissel::imports
