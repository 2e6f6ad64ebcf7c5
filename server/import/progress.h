// How far something long is, on standard error: a bar where somebody looks, and a line now and then
// where it goes into a file. Not thread-safe.
#pragma once

#include <cstddef>
#include <string>

namespace wissel::imports {

class Progress {
 public:
  // `what`: "checking". `all`: of how many.
  Progress(std::string what, size_t all);
  // The bar goes, lines stay.
  ~Progress();

  void At(size_t done);

 private:
  const std::string what_;
  const size_t all_;
  const bool is_terminal_;
  int shown_ = -1;  // percent
};

}  // namespace wissel::imports
