// One simulated agent at a desk of the public API: signs in, watches, accepts, handles, wraps up,
// completes.
//
// Belongs to the loop's thread. Keep it until `gone()`.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "server/feed/book.h"
#include "server/feed/client.h"
#include "server/feed/event_loop.h"
#include "server/feed/random.h"
#include "server/feed/timeline.h"
#include "wissel/v1/agent.pb.h"

namespace wissel::feed {

class SimAgent {
 public:
  // What all agents of a feed share.
  struct World {
    EventLoop& loop;
    Client& client;
    Book& book;
    const Timeline& timeline;
    Behaviour behaviour;  // for work that the feed did not bring
  };
  SimAgent(World world, std::string name, Random random);

  void Start();
  // Ends the work at hand at once and signs out.
  void Leave();
  // Leaves without waiting for the server.
  void GiveUp();

  bool available() const { return state_.presence() == wissel::v1::AVAILABLE; }
  bool busy() const { return state_.assignments_size() > 0; }
  bool gone() const { return left_ && watch_ == nullptr; }

 private:
  // Work at hand; the clock of an interrupted one stands still.
  struct Work {
    double handle_left_s = 0;
    double wrap_s = 0;
    std::optional<EventLoop::Clock::time_point> running_since;
    std::optional<EventLoop::TimerId> timer;
    bool wrapping = false;
  };

  void Watch();
  void SignIn();
  void BecomeAvailable();
  void EndWorkAtOnce();
  void SignOut();
  void Beat();
  void Changed(const wissel::v1::AgentState& state);
  void SeeOffers();
  void Accept(const std::string& offer);
  void SeeAssignments();
  void Go(Work& work, const wissel::v1::Assignment& assignment);
  void Pause(Work& work);
  void Wrap(Work& work, const wissel::v1::Assignment& assignment);
  void EndTalk(const std::string& assignment);
  void Complete(const std::string& assignment);
  void TryLater(const std::string& assignment);
  Work NewWork(const wissel::v1::Assignment& assignment);
  const wissel::v1::Assignment* FindAssignment(const std::string& name) const;
  void Note(const char* what, const grpc::Status& status);
  void Stop(Work& work);

  World world_;
  std::string name_;
  Random random_;
  wissel::v1::AgentState state_;
  Client::Watch* watch_ = nullptr;
  bool signing_in_ = false;
  bool leaving_ = false;
  bool signing_out_ = false;
  bool left_ = false;
  std::set<std::string> offers_;  // on their way to being accepted
  std::map<std::string, Work> works_;
  std::set<std::string> ended_at_once_;  // while leaving
};

}  // namespace wissel::feed
