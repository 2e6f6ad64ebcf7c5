#include "tests/scheduling/files.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace wissel::scheduling {

std::optional<std::string> MeasuredCase(const std::string& name) {
  const char* const source = std::getenv("WISSEL_SOURCE_DIR");
  std::ifstream file(
      std::string(source != nullptr ? source : ".") + "/../shared/data/scheduling/" + name,
      std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace wissel::scheduling
