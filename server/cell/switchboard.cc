#include "server/cell/switchboard.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "base/runtime/call_scope.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/error_detail.h"
#include "gateway/peer_headers.h"
#include "google/protobuf/descriptor_database.h"
#include "google/protobuf/message.h"

namespace wissel::server {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using SteadyClock = std::chrono::steady_clock;

constexpr Duration kLookEvery = Duration::Millis(50);
constexpr std::chrono::milliseconds kLookForAstrayEvery(250);
constexpr std::string_view kContract = "wissel/v1/";

template <class Use>
void ForEachMethodOfTheContract(Use use) {
  using google::protobuf::DescriptorPool;
  std::vector<std::string> files;
  static_cast<google::protobuf::EncodedDescriptorDatabase*>(
      DescriptorPool::internal_generated_database())
      ->FindAllFileNames(&files);
  std::sort(files.begin(), files.end());
  for (const std::string& name : files) {
    if (!name.starts_with(kContract)) continue;
    const auto* file = DescriptorPool::generated_pool()->FindFileByName(name);
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) use(file->service(s)->method(m));
    }
  }
}

const Message* PrototypeOf(const google::protobuf::Descriptor* type) {
  return google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
}

absl::Status NobodyServes(const std::string& tenant) {
  return absl::UnavailableError(
      fmt::format("no server serves the center {} at the moment", tenant));
}

}  // namespace

struct Switchboard::Call {
  const MethodDescriptor* descriptor = nullptr;
  rpc::Context context;  // of its center by name
  CallInfo info;         // of the scope in which it came
  const Message* request = nullptr;
  // One of the two.
  rpc::AnyReply reply;
  std::shared_ptr<rpc::AnyServerStream> stream;
  // Once it has waited.
  std::unique_ptr<Message> own_request;
  SteadyClock::time_point give_up;

  void Refuse(const absl::Status& status) const {
    return reply ? reply(status, nullptr) : stream->Finish(status);
  }
  // Nobody serves it as far as this node knows; whoever passed it on may know better by now.
  void RefuseForWant() const {
    Refuse(context.forwarded ? gateway::ServedElsewhere(context.tenant)
                             : NobodyServes(context.tenant));
  }
};

// Calls without a way to their center.
class Switchboard::Waiting {
 public:
  explicit Waiting(size_t most) : most_(most) {}

  void Add(std::shared_ptr<Call> call) {
    {
      std::lock_guard lock(mutex_);
      if (!closed_ && calls_.size() < most_) return calls_.push_back(std::move(call));
    }
    call->RefuseForWant();
  }

  std::vector<std::shared_ptr<Call>> TakeAll() {
    std::lock_guard lock(mutex_);
    return std::exchange(calls_, {});
  }

  // Those that come from now on are refused.
  void Close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }

 private:
  const size_t most_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Call>> calls_;
  bool closed_ = false;
};

Switchboard::Switchboard(SwitchboardOptions options)
    : options_(std::move(options)),
      peers_(options_.peers),
      waiting_(std::make_shared<Waiting>(options_.most_waiting)),
      ticker_("switchboard", kLookEvery, [this] {
        LookAgain();
        BreakOffAstray();
      }) {
  AddMethods();
}

Switchboard::~Switchboard() {
  ticker_.Stop();
  GiveUp();
}

void Switchboard::GiveUp() {
  waiting_->Close();
  for (const auto& call : waiting_->TakeAll()) call->RefuseForWant();
}

// Open to all as far as the doors are concerned: who may call is for the center to say.
void Switchboard::AddMethods() {
  ForEachMethodOfTheContract([this](const MethodDescriptor* descriptor) {
    rpc::Method method;
    method.descriptor = descriptor;
    method.request_prototype = PrototypeOf(descriptor->input_type());
    method.response_prototype = PrototypeOf(descriptor->output_type());
    method.open_to_all = true;
    const auto begin = [this, descriptor](const rpc::Context& context, const Message& request) {
      auto call = std::make_shared<Call>();
      call->descriptor = descriptor;
      call->context = context;
      call->info = CallScope::Current();
      call->request = &request;
      return call;
    };
    if (descriptor->server_streaming()) {
      method.server_streaming = [this, begin](const rpc::Context& context, const Message& request,
                                              std::shared_ptr<rpc::AnyServerStream> stream) {
        auto call = begin(context, request);
        call->stream = std::move(stream);
        Take(std::move(call));
      };
    } else {
      method.unary = [this, begin](const rpc::Context& context, const Message& request,
                                   rpc::AnyReply reply) {
        auto call = begin(context, request);
        call->reply = std::move(reply);
        Take(std::move(call));
      };
    }
    methods_.Add(std::move(method));
  });
}

void Switchboard::Take(std::shared_ptr<Call> call) {
  auto tenant = options_.tenant_of(call->context);
  if (!tenant.ok()) return call->Refuse(tenant.status());
  call->context.tenant = *std::move(tenant);
  if (Connect(call)) return;
  Keep(*call);
  waiting_->Add(std::move(call));
}

void Switchboard::Keep(Call& call) const {
  if (call.own_request != nullptr) return;
  call.own_request.reset(call.request->New());
  call.own_request->CopyFrom(*call.request);
  call.request = call.own_request.get();
  call.give_up = SteadyClock::now() + std::chrono::milliseconds(options_.patience.millis());
  if (call.context.deadline) call.give_up = std::min(call.give_up, *call.context.deadline);
}

bool Switchboard::Connect(const std::shared_ptr<Call>& call) {
  const CallScope scope(call->info);
  const Way way = options_.way_to(call->context.tenant);
  if (way.here != nullptr && way.here->Enter()) {
    ConnectHere(call, way.here);
    return true;
  }
  if (way.here != nullptr || way.address.empty()) return false;
  if (call->context.forwarded) {
    call->Refuse(gateway::ServedElsewhere(call->context.tenant));
  } else {
    PassOn(call, way.address);
  }
  return true;
}

void Switchboard::ConnectHere(const std::shared_ptr<Call>& call,
                              const std::shared_ptr<ServedCenter>& center) {
  const auto refuse = [&](const absl::Status& status) {
    call->Refuse(status);
    center->Leave();
  };
  const rpc::Method* const method = center->hosted().methods().Find(call->descriptor->full_name());
  if (method == nullptr) {
    return refuse(
        absl::UnimplementedError(fmt::format("{} is not served", call->descriptor->full_name())));
  }
  rpc::Context& context = call->context;
  if (call->own_request != nullptr && !context.token.empty()) {
    // It came when only another node knew which sessions had ended.
    auto caller = center->hosted().Verify(context.token);
    context.caller = caller.ok() ? *std::move(caller) : rpc::Caller();
    context.sign_in = caller.ok() ? absl::OkStatus() : std::move(caller).status();
  }
  absl::Status admitted = rpc::MethodTable::Authorize(*method, context.caller);
  if (!admitted.ok()) return refuse(context.sign_in.ok() ? admitted : context.sign_in);
  if (call->reply) {
    method->unary(context, *call->request, center->Counted(std::move(call->reply)));
  } else {
    method->server_streaming(context, *call->request, center->Kept(call->stream));
    center->Leave();
  }
}

void Switchboard::PassOn(const std::shared_ptr<Call>& call, const std::string& address) {
  const rpc::Method& method = *methods_.Find(call->descriptor->full_name());
  if (!call->reply) {
    return peers_.Stream(address, method, call->context, *call->request, call->stream);
  }
  // In case the other node has just given the center away.
  Keep(*call);
  peers_.Unary(address, method, call->context, *call->request,
               [waiting = waiting_, call](absl::Status status, std::unique_ptr<Message> answer) {
                 if (gateway::IsElsewhere(status)) return waiting->Add(call);
                 call->reply(std::move(status), std::move(answer));
               });
}

// Their callers ask again, and are led to where the center is now.
void Switchboard::BreakOffAstray() {
  const auto now = SteadyClock::now();
  if (now < looked_for_astray_ + kLookForAstrayEvery) return;
  looked_for_astray_ = now;
  std::map<std::string, Way> ways;
  peers_.BreakOff([&](const std::string& tenant, const std::string& address) {
    auto way = ways.find(tenant);
    if (way == ways.end()) way = ways.emplace(tenant, options_.way_to(tenant)).first;
    if (way->second.here != nullptr) return false;
    return way->second.address.empty() || way->second.address == address;
  });
}

void Switchboard::LookAgain() {
  const auto now = SteadyClock::now();
  for (auto& call : waiting_->TakeAll()) {
    if (now >= call->give_up) {
      call->RefuseForWant();
    } else if (!Connect(call)) {
      waiting_->Add(std::move(call));
    }
  }
}

}  // namespace wissel::server
