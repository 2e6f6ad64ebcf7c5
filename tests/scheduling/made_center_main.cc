// wissel_made_center PEOPLE WEEKS QUEUES SEED: prints a made-up center as a problem file.
#include <cstdio>
#include <cstdlib>

#include "fmt/format.h"
#include "tests/scheduling/made_center.h"

int main(int argc, char** argv) {
  if (argc != 5) {
    fmt::print(stderr, "wissel_made_center PEOPLE WEEKS QUEUES SEED\n");
    return 2;
  }
  wissel::scheduling::MadeCenter center;
  center.people = std::atoi(argv[1]);
  center.weeks = std::atoi(argv[2]);
  center.queues = std::atoi(argv[3]);
  center.seed = std::strtoull(argv[4], nullptr, 10);
  fmt::print("{}\n", wissel::scheduling::MakeProblemFile(center));
  return 0;
}
