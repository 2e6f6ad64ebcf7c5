// What every request that changes something has in common: who may act, its request id, and the way
// over the shard to an answer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "router/core/command.h"
#include "router/service/shard.h"

namespace wissel {

// Where a command comes from.
struct Origin {
  // Of a request with a request id: the key is made of the caller and the id, the fingerprint of
  // the method and the content.
  std::optional<RequestIdentity> request;
  // Whoever comes through a manager's door, for the record of who did what; empty for agents at
  // their own work and for systems.
  std::string by;
};
// INVALID_ARGUMENT for an id that is too long.
absl::StatusOr<Origin> OriginOf(const rpc::Caller& caller, std::string_view method,
                                const std::string& request_id,
                                const google::protobuf::Message& request);

// Whether the caller may act as, or look at, this agent ("agents/anna"). Agents only as themselves.
enum class Deed { kAct, kLook };
absl::Status CheckMayBe(const rpc::Caller& caller, std::string_view agent, Deed deed);

// `agent`, or the caller's own agent where it is left out.
absl::StatusOr<std::string> AgentMeant(const rpc::Caller& caller, const std::string& agent);

// The shard takes no read: it is stopping, or far behind.
absl::Status NoLook();

// The command of a request. Where the request was refused before it became one (what it names is
// gone by now), it may still repeat one that was carried out; the engine, which knows, is then
// given a command that it can only refuse or recognise.
Command CommandOf(absl::StatusOr<CommandBody> body, const Origin& origin);

// What to say when the engine refused that command: `before` is the refusal of the request, if any.
absl::Status RefusalOf(const absl::Status& before, const absl::Status& by_engine);

// The same refusal, at the field `to` if it was at the field `from`.
absl::Status WithFieldRenamed(const absl::Status& refusal, std::string_view from,
                              std::string_view to);

// Carries a change out and answers it: `answer` makes the response out of the outcome and the
// engine, as a StatusOr<Response>, on the sequencer thread. `name_field` is where the request has
// what the engine calls "name".
template <class Response, class Answer>
void Carry(Shard& shard, absl::StatusOr<CommandBody> body, const Origin& origin,
           rpc::Reply<Response> reply, Answer answer, std::string_view name_field = "name") {
  if (!body.ok() && !origin.request) return reply(std::move(body).status());
  absl::Status before = body.status();
  shard.Submit(CommandOf(std::move(body), origin),
               [before = std::move(before), reply = std::move(reply), answer = std::move(answer),
                name_field](const absl::StatusOr<Outcome>& outcome, const Engine& engine) {
                 if (outcome.ok()) return reply(answer(*outcome, engine));
                 const absl::Status refusal = RefusalOf(before, outcome.status());
                 reply(WithFieldRenamed(refusal, "name", name_field));
               });
}

// Answers a look at the engine.
template <class Response, class Answer>
void Look(Shard& shard, rpc::Reply<Response> reply, Answer answer) {
  const bool runs = shard.Read(
      [reply, answer = std::move(answer)](const Engine& engine) { reply(answer(engine)); });
  if (!runs) reply(NoLook());
}

}  // namespace wissel
