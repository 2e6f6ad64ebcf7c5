// A made-up center as a problem of our own: people with contracts, skills, leave and wishes, and
// what is required of each queue by the quarter of an hour, all drawn from a seed.
#pragma once

#include <cstdint>
#include <string>

namespace wissel::scheduling {

struct MadeCenter {
  int people = 500;
  int weeks = 4;
  int queues = 6;
  // Of the hours that the people have, how many are required.
  double load = 0.82;
  uint64_t seed = 1;
};

// As `wissel schedule solve` reads it.
std::string MakeProblemFile(const MadeCenter& center);

}  // namespace wissel::scheduling
