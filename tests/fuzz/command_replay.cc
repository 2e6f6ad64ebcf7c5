// Without libFuzzer: the target on every file of a corpus folder, and on a number of inputs drawn
// from seeds. command_replay CORPUS [INPUTS]
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/reference/dice.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

int ReplayFolder(const std::filesystem::path& folder) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    std::fprintf(stderr, "%s\n", entry.path().c_str());
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    ++files;
  }
  return files;
}

void RunSeed(uint64_t seed) {
  std::fprintf(stderr, "seed %llu\n", static_cast<unsigned long long>(seed));
  wissel::reference::SeededDice dice(seed);
  std::vector<uint8_t> bytes(static_cast<size_t>(dice.Between(50, 6000)));
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(dice.Next());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const int files = ReplayFolder(argv[1]);
  const uint64_t inputs = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  for (uint64_t seed = 1; seed <= inputs; ++seed) RunSeed(seed);
  std::fprintf(stderr, "%d files and %llu seeds\n", files, static_cast<unsigned long long>(inputs));
  return files > 0 ? 0 : 1;
}
