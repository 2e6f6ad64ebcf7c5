// MailingService: the mailings themselves.
#include <algorithm>

#include "absl/strings/str_join.h"
#include "base/status.h"
#include "channels/mailings/hub.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::mailings {
namespace {

// What was made of a request, but for what the room adds.
bool SaysTheSame(Mailing a, const Mailing& b) {
  a.number = b.number;
  a.phase = b.phase;
  a.created = b.created;
  a.started = b.started;
  a.ended = b.ended;
  return a == b;
}

}  // namespace

absl::StatusOr<Hub::Live*> Hub::Find(const std::string& name, std::string_view field) {
  WISSEL_ASSIGN_OR_RETURN(const std::string id, ReadMailingName(name, field));
  const auto it = by_id_.find(id);
  if (it == by_id_.end()) return NoSuchName(field, name);
  return &At(it->second);
}

absl::StatusOr<v1::Mailing> Hub::MailingProto(Live& live) {
  WISSEL_RETURN_IF_ERROR(Flush());
  WISSEL_ASSIGN_OR_RETURN(const Counts counts, tables_.Count(live.mailing.number));
  v1::Mailing out = ToProto(live.mailing, counts);
  if (live.mailing.phase == Phase::kRunning) {
    WriteTimestamp(now() + live.pace.TimeFor(Remaining(counts)), out.mutable_expected_end_time());
    out.set_trouble(live.trouble);
  }
  return out;
}

const Sender* Hub::SenderOf(const Mailing& mailing) const {
  const auto it = std::find_if(options_.senders.begin(), options_.senders.end(),
                               [&](const Sender& s) { return s.address == mailing.sender; });
  return it == options_.senders.end() ? nullptr : &*it;
}

absl::Status Hub::CheckSender(const Mailing& mailing) const {
  if (SenderOf(mailing) != nullptr) return absl::OkStatus();
  std::vector<std::string> known;
  for (const Sender& sender : options_.senders) known.push_back(sender.address);
  return RefuseField("mailing.sender", Quoted(mailing.sender) + " is no address of the center",
                     known.empty() ? "one of mail.addresses of the configuration file"
                                   : absl::StrJoin(known, ", "));
}

absl::Status Hub::Save(Live& live, Mailing mailing) {
  WISSEL_RETURN_IF_ERROR(Flush());
  WISSEL_RETURN_IF_ERROR(file_.Change([&]() -> absl::Status {
    WISSEL_RETURN_IF_ERROR(tables_.Save(mailing).status());
    if (mailing.phase != Phase::kStopped) return absl::OkStatus();
    return tables_.Withdraw(mailing.number, now());
  }));
  if (mailing.phase == Phase::kStopped) forget_ = true;
  live.mailing = std::move(mailing);
  live.pace.SetRate(live.mailing.rate);
  return absl::OkStatus();
}

void Hub::Create(const rpc::Caller&, const v1::CreateMailingRequest& request,
                 Answer<v1::Mailing> answer) {
  absl::StatusOr<Mailing> mailing = ReadMailing(request, HasPage());
  if (!mailing.ok()) return answer(mailing.status());
  if (const auto it = by_id_.find(mailing->id); it != by_id_.end()) {
    Live& live = At(it->second);
    if (SaysTheSame(*mailing, live.mailing)) return answer(MailingProto(live));
    return answer(Refuse(absl::StatusCode::kAlreadyExists, "mailingId",
                         fmt::format("there is a mailing {} that says something else", mailing->id),
                         "UpdateMailing, or another id"));
  }
  if (absl::Status right = CheckSender(*mailing); !right.ok()) return answer(right);
  mailing->created = now();
  const absl::Status saved = file_.Change([&]() -> absl::Status {
    WISSEL_ASSIGN_OR_RETURN(*mailing, tables_.Save(*mailing));
    return absl::OkStatus();
  });
  if (!saved.ok()) return answer(saved);
  by_id_[mailing->id] = mailing->number;
  const auto [it, added] =
      mailings_.emplace(mailing->number, Live{*mailing, Pace(mailing->rate), "", std::nullopt});
  answer(MailingProto(it->second));
}

void Hub::Get(const rpc::Caller&, const v1::GetMailingRequest& request,
              Answer<v1::Mailing> answer) {
  const absl::StatusOr<Live*> live = Find(request.name(), "name");
  if (!live.ok()) return answer(live.status());
  answer(MailingProto(**live));
}

void Hub::ListAll(const rpc::Caller&, const v1::ListMailingsRequest&,
                  Answer<v1::ListMailingsResponse> answer) {
  v1::ListMailingsResponse response;
  for (auto it = mailings_.rbegin(); it != mailings_.rend(); ++it) {
    absl::StatusOr<v1::Mailing> mailing = MailingProto(it->second);
    if (!mailing.ok()) return answer(mailing.status());
    *response.add_mailings() = *std::move(mailing);
  }
  answer(std::move(response));
}

void Hub::Update(const rpc::Caller&, const v1::UpdateMailingRequest& request,
                 Answer<v1::Mailing> answer) {
  const absl::StatusOr<Live*> found = Find(request.mailing().name(), "mailing.name");
  if (!found.ok()) return answer(found.status());
  Live& live = **found;
  absl::StatusOr<Mailing> changed = ReadUpdate(request, live.mailing, HasPage());
  if (!changed.ok()) return answer(changed.status());
  if (absl::Status flushed = Flush(); !flushed.ok()) return answer(flushed);
  const absl::StatusOr<Counts> counts = tables_.Count(live.mailing.number);
  if (!counts.ok()) return answer(counts.status());
  if (absl::Status may = MayChange(live.mailing, *changed, *counts); !may.ok()) return answer(may);
  if (absl::Status right = CheckSender(*changed); !right.ok()) return answer(right);
  if (absl::Status saved = Save(live, *std::move(changed)); !saved.ok()) return answer(saved);
  answer(MailingProto(live));
}

void Hub::Start(const rpc::Caller&, const v1::ChangeMailingRequest& request,
                Answer<v1::Mailing> answer) {
  const absl::StatusOr<Live*> found = Find(request.name(), "name");
  if (!found.ok()) return answer(found.status());
  Live& live = **found;
  const absl::StatusOr<Counts> counts = tables_.Count(live.mailing.number);
  if (!counts.ok()) return answer(counts.status());
  absl::StatusOr<Mailing> started = Started(live.mailing, *counts, now());
  if (!started.ok()) return answer(started.status());
  if (!options_.can_send) {
    return answer(Refuse(absl::StatusCode::kFailedPrecondition, "",
                         "no mail server is configured, so that nothing can be sent",
                         "mail.smtp in the configuration file"));
  }
  if (SenderOf(live.mailing) == nullptr) {
    return answer(
        Refuse(absl::StatusCode::kFailedPrecondition, "name",
               fmt::format("{} is no address of the center any more", live.mailing.sender),
               "another mailing"));
  }
  if (absl::Status saved = Save(live, *std::move(started)); !saved.ok()) return answer(saved);
  live.hold.reset();
  live.trouble.clear();
  answer(MailingProto(live));
}

void Hub::Pause(const rpc::Caller&, const v1::ChangeMailingRequest& request,
                Answer<v1::Mailing> answer) {
  const absl::StatusOr<Live*> found = Find(request.name(), "name");
  if (!found.ok()) return answer(found.status());
  absl::StatusOr<Mailing> paused = Paused((*found)->mailing);
  if (!paused.ok()) return answer(paused.status());
  if (absl::Status saved = Save(**found, *std::move(paused)); !saved.ok()) return answer(saved);
  answer(MailingProto(**found));
}

void Hub::Stop(const rpc::Caller&, const v1::ChangeMailingRequest& request,
               Answer<v1::Mailing> answer) {
  const absl::StatusOr<Live*> found = Find(request.name(), "name");
  if (!found.ok()) return answer(found.status());
  absl::StatusOr<Mailing> stopped = Stopped((*found)->mailing, now());
  if (!stopped.ok()) return answer(stopped.status());
  if (absl::Status saved = Save(**found, *std::move(stopped)); !saved.ok()) return answer(saved);
  answer(MailingProto(**found));
}

void Hub::ListSenders(const rpc::Caller&, const v1::ListMailingSendersRequest&,
                      Answer<v1::ListMailingSendersResponse> answer) {
  v1::ListMailingSendersResponse response;
  for (const Sender& sender : options_.senders) {
    v1::MailingSender* out = response.add_senders();
    out->set_address(sender.address);
    out->set_display_name(sender.display_name);
    out->set_queue("queues/" + sender.queue);
  }
  response.set_has_unsubscribe_page(HasPage());
  response.set_can_send(options_.can_send);
  answer(std::move(response));
}

}  // namespace wissel::mailings
