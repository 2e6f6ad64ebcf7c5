#include "tests/voice/voice_center.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "fmt/format.h"
#include "router/journal/memory_journal.h"
#include "router/service/names.h"

namespace wissel::testing {
namespace {

// Longer than any phone's.
constexpr std::chrono::seconds kPatience(60);

std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells;
  std::stringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ';');) cells.push_back(cell);
  return cells;
}

}  // namespace

uint16_t FreePort() {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  for (;;) {
    address.sin_port = 0;
    const int datagrams = ::socket(AF_INET, SOCK_DGRAM, 0);
    const int stream = ::socket(AF_INET, SOCK_STREAM, 0);
    bind(datagrams, any, sizeof address);
    socklen_t length = sizeof address;
    getsockname(datagrams, any, &length);
    const bool both = bind(stream, any, sizeof address) == 0;
    close(datagrams);
    close(stream);
    if (both) return ntohs(address.sin_port);
  }
}

Sipp::Sipp(const std::string& scenario, std::vector<std::string> arguments) {
  const char* source = std::getenv("WISSEL_SOURCE_DIR");
  std::string folder = ::testing::TempDir() + "sippXXXXXX";
  folder_ = mkdtemp(folder.data());
  std::vector<std::string> words = {"sipp",
                                    "-sf",
                                    fmt::format("{}/tests/e2e/sip/{}", source, scenario),
                                    "-i",
                                    "127.0.0.1",
                                    "-mi",
                                    "127.0.0.1",
                                    "-nostdin",
                                    "-trace_stat",
                                    "-stf",
                                    folder_ + "/counts.csv",
                                    "-trace_err",
                                    "-error_file",
                                    folder_ + "/errors.txt",
                                    "-trace_msg",
                                    "-message_file",
                                    folder_ + "/messages.txt"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const auto port = std::find(arguments.begin(), arguments.end(), "-p");
  if (port != arguments.end()) port_ = static_cast<uint16_t>(std::stoi(*std::next(port)));
  pid_ = fork();
  if (pid_ != 0) {
    if (port_ != 0) Listening();
    return;
  }
  const int nowhere = open("/dev/null", O_RDWR);
  dup2(nowhere, 0);
  dup2(nowhere, 1);
  dup2(nowhere, 2);
  if (chdir(folder_.c_str()) != 0) _exit(126);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  setenv("TERM", "dumb", 1);
  execvp("sipp", argv.data());
  _exit(127);
}

// A phone that does not listen yet is one that is not there: its first INVITE would be refused.
Sipp& Sipp::Listening() {
  const std::string port = fmt::format(":{:04X} ", port_);
  for (bool found = false; !found; poll(nullptr, 0, 5)) {
    std::ifstream sockets("/proc/net/udp");
    std::stringstream text;
    text << sockets.rdbuf();
    found = text.str().find(port) != std::string::npos;
  }
  return *this;
}

int Sipp::Wait() {
  if (code_) return *code_;
  int status = 0;
  waitpid(pid_, &status, 0);
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
  if (*code_ != 0) {
    std::ifstream errors(folder_ + "/errors.txt");
    std::stringstream text;
    text << errors.rdbuf();
    ADD_FAILURE() << "SIPp ended with " << *code_ << "\n" << text.str().substr(0, 4'000);
  }
  return *code_;
}

Sipp::~Sipp() {
  if (!code_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  std::filesystem::remove_all(folder_);
}

int64_t Sipp::Count(const std::string& column) const {
  std::ifstream file(folder_ + "/counts.csv");
  std::string first, line, last;
  std::getline(file, first);
  while (std::getline(file, line)) last = line;
  const auto names = Cells(first);
  const auto cells = Cells(last);
  for (size_t i = 0; i < names.size() && i < cells.size(); ++i) {
    if (names[i] == column) return std::stoll(cells[i]);
  }
  ADD_FAILURE() << "SIPp counts no " << column;
  return -1;
}

VoiceCenter::VoiceCenter()
    : people_(*People::Open(":memory:")), store_(*contacts::ContactStore::Open(std::nullopt)) {
  shard_ = *Sequencer::Open(*OpenMemoryJournal(MakeMemoryJournalStore()), std::nullopt, {});
  waits_.emplace(*shard_, Pace(shard_->engine()));
  services_ = std::make_unique<Services>(*shard_, *people_, *waits_, ServiceOptions{});
  services_->Register(table_);
  Observe();
}

// Agents accept; whoever waits for something looks again.
void VoiceCenter::Observe() {
  shard_->AddObserver([this](const CommittedBatch& batch, const Engine&) {
    for (const Event& event : batch.events) {
      if (const auto* offer = std::get_if<OfferMade>(&event.body); offer && accepting_) {
        shard_->Submit(Command{AcceptOffer{offer->agent, offer->offer}, std::nullopt, ""},
                       [](const absl::StatusOr<Outcome>&, const Engine&) {});
      }
    }
    std::lock_guard lock(mutex_);
    for (const Event& event : batch.events) ++events_[event.body.index()];
    ++seen_;
    changed_.notify_all();
  });
}

VoiceCenter::~VoiceCenter() {
  if (channel_ != nullptr) channel_->Stop();
  store_->Close();
  services_->Stop();
  shard_->Stop();
  channel_.reset();
}

void VoiceCenter::Open(std::function<void(voice::VoiceOptions&)> change) {
  voice::VoiceOptions options;
  options.sip.host = "127.0.0.1";
  options.sip.port = 0;
  ASSERT_TRUE(options.sip.trunks.Add("127.0.0.1").ok());
  options.queues = {{"100", "queues/phone"}, {"200", "queues/other"}};
  options.waits = &*waits_;
  options.agent_phone = [this](std::string_view agent) { return people_->Get(agent).phone; };
  if (change) change(options);
  channel_ = voice::VoiceChannel::Open(*shard_, *store_, std::move(options));
  channel_->Register(table_);
  shard_->Start();
  services_->Start();
  Must<v1::RoutingProfile>("ConfigService.CreateRoutingProfile",
                           R"({"routingProfileId": "phones", "routingProfile": {"channels": [
                               {"channel": "VOICE", "limit": 1}, {"channel": "CALLBACK", "limit": 1}]}})",
                           Admin());
  for (const char* queue : {"phone", "other"}) {
    Must<v1::Queue>("ConfigService.CreateQueue",
                    fmt::format(R"({{"queueId": "{}", "queue": {{"channel": "VOICE",
                                    "answerWithin": "20s"}}}})",
                                queue),
                    Admin());
  }
  const absl::Status started = channel_->Start();
  ASSERT_TRUE(started.ok()) << started;
}

void VoiceCenter::AddAgent(const std::string& name, uint16_t phone) {
  Must<v1::Agent>("ConfigService.CreateAgent",
                  fmt::format(R"({{"agentId": "{0}", "agent": {{"routingProfile":
                      "routingProfiles/phones", "phone": "sip:{0}@127.0.0.1:{1}"}}}})",
                              name, phone),
                  Admin());
}

void VoiceCenter::Available(const std::string& name) {
  Must<v1::AgentState>("AgentService.SignIn", R"({"agent": "agents/)" + name + R"("})", As(name));
  Must<v1::AgentState>("AgentService.SetPresence",
                       R"({"agent": "agents/)" + name + R"(", "presence": "AVAILABLE"})", As(name));
}

void VoiceCenter::Until(const std::function<bool(const Engine&)>& holds) {
  while (!::testing::Test::HasFatalFailure()) {
    uint64_t seen;
    {
      std::lock_guard lock(mutex_);
      seen = seen_;
    }
    std::promise<bool> result;
    shard_->Read([&](const Engine& engine) { result.set_value(holds(engine)); });
    if (result.get_future().get()) return;
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [&] { return seen_ != seen; })) {
      ADD_FAILURE() << "what was waited for did not come";
      return;
    }
  }
}

VoiceCenter::Seen VoiceCenter::Watch(uint64_t item) {
  const rpc::Caller manager{"users/boss", "", {rpc::Role::kManager}};
  return OpenStream<v1::Call>(table_, "VoiceService.WatchCall",
                              fmt::format(R"({{"workItem": "{}"}})", ItemName(ItemId(item))),
                              manager);
}

void VoiceCenter::NothingIsLeft() {
  while (channel_->legs() > 0) poll(nullptr, 0, 5);
}

int64_t VoiceCenter::Living(ItemState state) {
  std::promise<int64_t> result;
  shard_->Read([&](const Engine& engine) {
    int64_t count = 0;
    engine.ForEachLivingItem(ItemId(1), [&](const Item& item) {
      count += item.state == state;
      return true;
    });
    result.set_value(count);
  });
  return result.get_future().get();
}

}  // namespace wissel::testing
