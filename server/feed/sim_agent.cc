#include "server/feed/sim_agent.h"

#include <utility>

#include "fmt/format.h"

namespace wissel::feed {

using AgentStub = wissel::v1::AgentService::Stub::async_interface;
using wissel::v1::AgentState;
using wissel::v1::WorkItem;

SimAgent::SimAgent(World world, std::string name, Random random)
    : world_(world), name_(std::move(name)), random_(random) {}

void SimAgent::Start() {
  Watch();
  SignIn();
  Beat();
}

void SimAgent::Leave() {
  leaving_ = true;
  for (auto& [name, work] : works_) Stop(work);
  if (state_.presence() == wissel::v1::OFFLINE && !signing_in_) return GiveUp();
  EndWorkAtOnce();
  SignOut();
}

void SimAgent::GiveUp() {
  left_ = true;
  if (watch_ != nullptr) world_.client.StopWatching(watch_);
}

// A parked one follows when it has resumed.
void SimAgent::EndWorkAtOnce() {
  for (const auto& assignment : state_.assignments()) {
    if (assignment.state() == WorkItem::PARKED) continue;
    if (ended_at_once_.insert(assignment.name()).second) Complete(assignment.name());
  }
}

void SimAgent::Watch() {
  watch_ = world_.client.WatchAgent(
      name_, [this](const AgentState& state) { Changed(state); },
      [this](const grpc::Status& status) {
        watch_ = nullptr;
        if (left_) return;
        Note("watch", status);
        world_.loop.After(std::chrono::seconds(1), [this] {
          if (!left_) Watch();
        });
      });
}

void SimAgent::SignIn() {
  signing_in_ = true;
  wissel::v1::SignInRequest request;
  request.set_agent(name_);
  request.set_take_over(true);
  request.set_request_id(world_.client.NewRequestId());
  world_.client.Call<AgentStub, wissel::v1::SignInRequest, AgentState>(
      world_.client.agents(), &AgentStub::SignIn, std::move(request),
      [this](const grpc::Status& status, AgentState&) {
        signing_in_ = false;
        Note("sign in", status);
        if (status.ok() && !leaving_) BecomeAvailable();
      });
}

void SimAgent::BecomeAvailable() {
  wissel::v1::SetPresenceRequest request;
  request.set_agent(name_);
  request.set_presence(wissel::v1::AVAILABLE);
  request.set_request_id(world_.client.NewRequestId());
  world_.client.Call<AgentStub, wissel::v1::SetPresenceRequest, AgentState>(
      world_.client.agents(), &AgentStub::SetPresence, std::move(request),
      [this](const grpc::Status& status, AgentState&) { Note("become available", status); });
}

void SimAgent::SignOut() {
  if (signing_out_) return;
  signing_out_ = true;
  wissel::v1::SignOutRequest request;
  request.set_agent(name_);
  request.set_request_id(world_.client.NewRequestId());
  world_.client.Call<AgentStub, wissel::v1::SignOutRequest, AgentState>(
      world_.client.agents(), &AgentStub::SignOut, std::move(request),
      [this](const grpc::Status& status, AgentState&) { Note("sign out", status); });
}

void SimAgent::Beat() {
  if (left_) return;
  wissel::v1::HeartbeatRequest request;
  request.set_agent(name_);
  world_.client.Call<AgentStub, wissel::v1::HeartbeatRequest, wissel::v1::HeartbeatResponse>(
      world_.client.agents(), &AgentStub::Heartbeat, std::move(request),
      [this](const grpc::Status&, auto& response) {
        const int64_t lease_s = response.lease().seconds();
        world_.loop.After(std::chrono::duration<double>(lease_s > 0 ? lease_s / 3.0 : 3.0),
                          [this] { Beat(); });
      });
}

void SimAgent::Changed(const AgentState& state) {
  state_ = state;
  if (leaving_) {
    return state.presence() == wissel::v1::OFFLINE ? GiveUp() : EndWorkAtOnce();
  }
  SeeOffers();
  SeeAssignments();
  const bool out = state.presence() == wissel::v1::OFFLINE || state.connection_lost();
  if (out && !signing_in_ && state.session() > 0) return SignIn();
  if (state.not_responding()) BecomeAvailable();
}

void SimAgent::SeeOffers() {
  std::set<std::string> open;
  for (const auto& offer : state_.offers()) {
    open.insert(offer.name());
    if (!offers_.insert(offer.name()).second) continue;
    const Contact* contact = world_.book.Find(offer.work_item());
    const double ring_s = contact != nullptr ? contact->plan.ring_s : random_.Uniform(1, 5);
    world_.loop.After(world_.timeline.RealSpan(ring_s),
                      [this, name = offer.name()] { Accept(name); });
  }
  std::erase_if(offers_, [&](const std::string& name) { return !open.contains(name); });
}

void SimAgent::Accept(const std::string& offer) {
  if (leaving_ || !offers_.contains(offer)) return;
  wissel::v1::AcceptOfferRequest request;
  request.set_name(offer);
  request.set_request_id(world_.client.NewRequestId());
  world_.client.Call<AgentStub, wissel::v1::AcceptOfferRequest, AgentState>(
      world_.client.agents(), &AgentStub::AcceptOffer, std::move(request),
      [this](const grpc::Status& status, AgentState&) {
        // ABORTED: the customer was faster.
        if (status.error_code() != grpc::StatusCode::ABORTED) Note("accept", status);
      });
}

void SimAgent::SeeAssignments() {
  std::set<std::string> held;
  for (const auto& assignment : state_.assignments()) {
    held.insert(assignment.name());
    auto it = works_.find(assignment.name());
    if (it == works_.end()) {
      world_.book.Answer(assignment.work_item(), assignment.accept_time());
      it = works_.emplace(assignment.name(), NewWork(assignment)).first;
    }
    if (assignment.state() == WorkItem::ACTIVE) Go(it->second, assignment);
    if (assignment.state() == WorkItem::PARKED) Pause(it->second);
    if (assignment.state() == WorkItem::WRAPPING) Wrap(it->second, assignment);
  }
  for (auto it = works_.begin(); it != works_.end();) {
    if (held.contains(it->first)) {
      ++it;
      continue;
    }
    Stop(it->second);
    it = works_.erase(it);
  }
}

SimAgent::Work SimAgent::NewWork(const wissel::v1::Assignment& assignment) {
  Work work;
  const Contact* contact = world_.book.Find(assignment.work_item());
  const Behaviour& behaviour = world_.behaviour;
  work.handle_left_s = contact != nullptr
                           ? contact->plan.handle_s
                           : random_.LogNormal(behaviour.handle_mean_s, behaviour.handle_log_sd);
  work.wrap_s = contact != nullptr ? contact->plan.wrap_s : behaviour.wrap_mean_s;
  return work;
}

void SimAgent::Go(Work& work, const wissel::v1::Assignment& assignment) {
  if (work.running_since) return;
  work.running_since = EventLoop::Clock::now();
  work.timer = world_.loop.After(world_.timeline.RealSpan(work.handle_left_s),
                                 [this, name = assignment.name()] { EndTalk(name); });
}

void SimAgent::Pause(Work& work) {
  if (!work.running_since) return;
  const std::chrono::duration<double> ran = EventLoop::Clock::now() - *work.running_since;
  work.handle_left_s -= ran.count() * world_.timeline.speed();
  work.handle_left_s = std::max(work.handle_left_s, 0.0);
  Stop(work);
}

void SimAgent::Wrap(Work& work, const wissel::v1::Assignment& assignment) {
  if (work.wrapping) return;
  Stop(work);
  work.wrapping = true;
  work.timer = world_.loop.After(world_.timeline.RealSpan(work.wrap_s),
                                 [this, name = assignment.name()] { Complete(name); });
}

void SimAgent::Stop(Work& work) {
  if (work.timer) world_.loop.Cancel(*work.timer);
  work.timer.reset();
  work.running_since.reset();
}

void SimAgent::EndTalk(const std::string& name) {
  const wissel::v1::Assignment* assignment = FindAssignment(name);
  if (assignment == nullptr) return;
  if (!assignment->wrap_up_allowed()) return Complete(name);
  wissel::v1::AssignmentRequest request;
  request.set_name(name);
  request.set_request_id(world_.client.NewRequestId());
  world_.client.Call<AgentStub, wissel::v1::AssignmentRequest, AgentState>(
      world_.client.agents(), &AgentStub::WrapUpAssignment, std::move(request),
      [this, name](const grpc::Status& status, AgentState&) {
        if (!status.ok()) TryLater(name);
      });
}

void SimAgent::Complete(const std::string& name) {
  const wissel::v1::Assignment* assignment = FindAssignment(name);
  if (assignment == nullptr) return;
  wissel::v1::CompleteAssignmentRequest request;
  request.set_name(name);
  if (const int codes = assignment->reason_codes_size(); codes > 0) {
    request.add_reason_codes(assignment->reason_codes(static_cast<int>(random_.Next() % codes)));
  }
  request.set_request_id(world_.client.NewRequestId());
  world_.client.Call<AgentStub, wissel::v1::CompleteAssignmentRequest, AgentState>(
      world_.client.agents(), &AgentStub::CompleteAssignment, std::move(request),
      [this, name](const grpc::Status& status, AgentState&) {
        if (!status.ok()) TryLater(name);
      });
}

// Refused: it was parked, or had ended by itself, in the meantime. If it is still here in a second,
// it is completed then.
void SimAgent::TryLater(const std::string& name) {
  world_.loop.After(std::chrono::seconds(1), [this, name] {
    const wissel::v1::Assignment* assignment = FindAssignment(name);
    if (assignment != nullptr && assignment->state() != WorkItem::PARKED) Complete(name);
  });
}

const wissel::v1::Assignment* SimAgent::FindAssignment(const std::string& name) const {
  for (const auto& assignment : state_.assignments()) {
    if (assignment.name() == name) return &assignment;
  }
  return nullptr;
}

void SimAgent::Note(const char* what, const grpc::Status& status) {
  if (status.ok()) return;
  world_.book.Failure(fmt::format("{}: {}", what, status.error_message()));
}

}  // namespace wissel::feed
