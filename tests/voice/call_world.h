// Phones, and as much of an engine as one call sees, in any order of happenings: a check of Call by
// what a SIP peer and the engine would object to. Seeded; the same seed is the same world.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "channels/voice/call.h"

namespace wissel::voice {

class CallWorld {
 public:
  CallWorld(uint64_t seed, bool outgoing, bool ring_at_offer);

  // Some steps of anything, then the customer hangs up (or nobody ever does), and all comes to
  // rest.
  void Play();

  // What anybody had to object to.
  const std::vector<std::string>& objections() const { return objections_; }
  const Call& call() const { return *call_; }
  const std::string& log() const { return log_; }
  int talked() const { return talked_; }

 private:
  struct Phone {
    bool ours = false;  // we rang it
    bool up = false;    // its INVITE has been answered with 200
    bool ended = false;
    bool invited = false;       // our INVITE is open
    bool their_invite = false;  // its INVITE or re-INVITE is open
    bool their_offerless = false;
    bool reinvited = false;   // our re-INVITE is open
    bool offerless = false;   // our open INVITE or re-INVITE, or the last that was answered
    bool awaits_ack = false;  // it has sent 200
    bool owes_ack = false;    // we have sent 200
  };

  bool Chance(int percent) { return static_cast<int>(dice_() % 100) < percent; }
  void Object(const std::string& what);
  void Absorb();
  void Perform(const Action& action);
  void Grant(const Ask& ask);
  void EngineMoves();
  void PhoneMoves();
  void Tell();
  void Become(ItemState state, const std::string& agent = "");
  Phone* At(LegId leg, const char* action);

  std::mt19937_64 dice_;
  Instant now_ = Instant::FromMillis(1'000'000);
  ItemFact fact_;
  std::optional<Call> call_;
  std::map<LegId, Phone> phones_;
  std::vector<Ask> asked_;
  std::vector<std::string> objections_;
  std::string log_;
  uint64_t offers_ = 0;
  int talked_ = 0;
};

}  // namespace wissel::voice
