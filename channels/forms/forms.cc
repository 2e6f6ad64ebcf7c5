#include "channels/forms/forms.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "base/digest.h"
#include "base/rpc/peer_network.h"
#include "base/status.h"
#include "channels/contacts/endings.h"
#include "channels/contacts/entrance.h"
#include "channels/contacts/text_rules.h"
#include "channels/forms/answers.h"
#include "channels/forms/form_page.h"
#include "channels/forms/form_rules.h"
#include "channels/language/need.h"
#include "channels/pages/page_answer.h"
#include "fmt/format.h"
#include "router/service/names.h"

namespace wissel::forms {
namespace {

using contacts::Contact;
using contacts::ContactStore;
using pages::ValueOf;
using rpc::Access;
using rpc::Context;
using rpc::Reply;

constexpr std::string_view kPrefix = "forms/";
constexpr std::string_view kPagePath = "/form/";
constexpr std::string_view kTrap = "website";

absl::Status TooMany() {
  return absl::ResourceExhaustedError("too many forms at once; try again in a minute");
}

struct Submission {
  Values values;
  std::string language;
  std::string request;
};

uint64_t FingerprintOf(const v1::Form& form, const Submission& submission) {
  Digest digest;
  digest.Add(form.name());
  for (const auto& [name, value] : submission.values) {
    digest.Add(name);
    digest.Add(value);
  }
  return digest.value();
}

}  // namespace

// Shared with the callbacks of store and shard that may outlive the channel.
class FormChannel::Parts : public std::enable_shared_from_this<FormChannel::Parts> {
 public:
  using Submitted = std::function<void(absl::StatusOr<v1::SubmitFormResponse>)>;

  Parts(Shard& shard, ContactStore& store, FormOptions options)
      : shard_(shard), store_(store), options_(std::move(options)), gate_(options_.limits) {}

  void Start();
  void List(Reply<v1::ListFormsResponse> reply) const;
  void Get(const v1::GetFormRequest& request, Reply<v1::Form> reply) const;
  void Submit(const Context& context, const v1::SubmitFormRequest& request,
              Reply<v1::SubmitFormResponse> reply);
  void Show(const Context& context, const v1::PageRequest& request, Reply<v1::Page> reply);
  void Answer(const Context& context, const v1::AnswerFormRequest& request,
              Reply<v1::ContactEntry> reply) {
    AnswerForm(shard_, store_, options_.agent_display_name, context.caller, request, reply);
  }
  bool has_pages() const { return options_.pages != nullptr; }

 private:
  const v1::Form* Find(std::string_view name) const {
    for (const v1::Form& form : options_.forms) {
      if (form.name() == name) return &form;
    }
    return nullptr;
  }
  bool Admit(std::string_view peer) {
    const std::lock_guard lock(mutex_);
    return gate_.Admit(rpc::NetworkOf(peer), shard_.now());
  }
  void Take(const v1::Form& form, Submission submission, Submitted done);
  void Enter(const Contact& contact, bool first, Submitted done);

  v1::Page PageOf(const v1::Form& form, const Submission& submission,
                  const std::vector<Problem>& problems, std::optional<std::string> refused) const;
  v1::Page Refused(const v1::Form& form, Submission submission, const absl::Status& status) const;
  std::string LanguageOf(const v1::PageRequest& request) const {
    return options_.pages->ChooseLanguage(
        {std::string(ValueOf(request.query(), "lang")), request.accept_language()});
  }
  std::string CenterName() const { return shard_.directory()->center.display_name; }

  Shard& shard_;
  ContactStore& store_;
  const FormOptions options_;
  std::mutex mutex_;
  FloodGate gate_;  // under the mutex: calls come on several threads
};

// --- Contacts and items

void FormChannel::Parts::Start() {
  contacts::EndThoseOfEndedItems(shard_, store_, Channel::kForm);
  store_.LoadLive(Channel::kForm, [self = shared_from_this()](
                                      const absl::StatusOr<std::vector<Contact>>& stored) {
    if (!stored.ok()) return;
    for (const Contact& contact : *stored) {
      if (!contact.item) {
        self->Enter(contact, true, [](const absl::StatusOr<v1::SubmitFormResponse>&) {});
      }
    }
  });
}

void FormChannel::Parts::Take(const v1::Form& form, Submission submission, Submitted done) {
  contacts::NewContact start;
  start.contact.name = contacts::NewContactName(Channel::kForm);
  start.contact.channel = Channel::kForm;
  start.contact.queue = form.queue().substr(std::string_view("queues/").size());
  start.contact.language = submission.language;
  start.contact.subject = TextIn(submission.language, form.title());
  start.contact.started = shard_.now();
  for (const v1::FormField& field : form.fields()) {
    const auto value = submission.values.find(field.name());
    if (value == submission.values.end()) continue;
    start.contact.fields.push_back({std::string(TextIn(submission.language, field.label())),
                                    InWords(field, value->second, submission.language)});
  }
  start.fingerprint = FingerprintOf(form, submission);
  if (!submission.request.empty()) start.request_key = "form " + submission.request;
  store_.Start(std::move(start), [self = shared_from_this(), done = std::move(done)](
                                     const absl::StatusOr<ContactStore::Started>& started) {
    if (!started.ok()) return done(started.status());
    self->Enter(started->contact, !started->contact.item, done);
  });
}

// Answers with the reference of the contact's item, which is made if there is none yet.
void FormChannel::Parts::Enter(const Contact& contact, bool first, Submitted done) {
  const auto answer = [token = store_.TrackingToken(contact.name), done](ItemId item) {
    v1::SubmitFormResponse response;
    response.set_reference(std::to_string(item.value()));
    response.set_tracking_token(token);
    done(std::move(response));
  };
  if (!first) return answer(*contact.item);
  const bool reads =
      shard_.Read([self = shared_from_this(), contact, answer, done](const Engine& engine) {
        const std::optional<QueueId> queue = engine.directory().queues.FindId(contact.queue);
        if (!queue) {
          return done(Refuse(absl::StatusCode::kFailedPrecondition, "form",
                             "the queue of this form does not exist any more"));
        }
        contacts::Entrance entrance{.occasion = "first", .forget_if_refused = true};
        entrance.item.queue = *queue;
        entrance.item.channel = Channel::kForm;
        entrance.item.contact = contact.name;
        entrance.item.customer = contact.customer;
        entrance.item.requirement = NeedWithLanguage(engine, *queue, contact.language);
        contacts::Enter(self->shard_, self->store_, std::move(entrance),
                        [answer, done](const absl::StatusOr<ItemId>& item) {
                          if (!item.ok()) return done(item.status());
                          answer(*item);
                        });
      });
  if (!reads) done(absl::UnavailableError("the forms channel is stopping"));
}

// --- The methods

void FormChannel::Parts::List(Reply<v1::ListFormsResponse> reply) const {
  v1::ListFormsResponse response;
  for (const v1::Form& form : options_.forms) *response.add_forms() = form;
  reply(std::move(response));
}

void FormChannel::Parts::Get(const v1::GetFormRequest& request, Reply<v1::Form> reply) const {
  const v1::Form* form = Find(request.name());
  if (form != nullptr) return reply(*form);
  reply(Refuse(absl::StatusCode::kNotFound, "name",
               fmt::format("there is no form {}", Quoted(request.name()))));
}

void FormChannel::Parts::Submit(const Context& context, const v1::SubmitFormRequest& request,
                                Reply<v1::SubmitFormResponse> reply) {
  const v1::Form* form = Find(request.form());
  if (form == nullptr) {
    return reply(Refuse(absl::StatusCode::kNotFound, "form",
                        fmt::format("there is no form {}", Quoted(request.form()))));
  }
  absl::Status checked = contacts::CheckLanguage(request.language(), "language");
  if (checked.ok()) checked = contacts::CheckRequestId(request.request_id(), "requestId");
  if (!checked.ok()) return reply(checked);
  Values values;
  for (const v1::FormValue& field : request.fields()) {
    const bool known =
        std::any_of(form->fields().begin(), form->fields().end(),
                    [&](const v1::FormField& f) { return f.name() == field.name(); });
    if (!known || values.contains(field.name())) {
      return reply(RefuseField(
          "fields",
          fmt::format("{} is no field of this form, or there twice", Quoted(field.name())),
          "each field of the form once"));
    }
    values.emplace(field.name(), field.value());
  }
  values = Cleaned(*form, values);
  const std::vector<Problem> problems = ProblemsOf(*form, values, options_.region);
  if (!problems.empty()) return reply(RefusalOf(problems.front()));
  if (!Admit(context.peer)) return reply(TooMany());
  Take(*form, {std::move(values), request.language(), request.request_id()}, reply);
}

// --- The page

v1::Page FormChannel::Parts::PageOf(const v1::Form& form, const Submission& submission,
                                    const std::vector<Problem>& problems,
                                    std::optional<std::string> refused) const {
  v1::Page page;
  const std::string center = CenterName();
  page.set_content(FormPage(*options_.pages, {.form = form,
                                              .language = submission.language,
                                              .center = center,
                                              .request = submission.request,
                                              .values = submission.values,
                                              .problems = problems,
                                              .refused = std::move(refused)}));
  return page;
}

// What the customer has typed stays on the page.
v1::Page FormChannel::Parts::Refused(const v1::Form& form, Submission submission,
                                     const absl::Status& status) const {
  const auto page = [&](int http_status, std::string_view why) {
    v1::Page shown = PageOf(form, submission, {}, options_.pages->Say(submission.language, why));
    shown.set_status(http_status);
    return shown;
  };
  if (absl::IsResourceExhausted(status)) return page(429, "page.busyText");
  if (absl::IsUnavailable(status)) return page(503, "page.busyText");
  // Gone back to, changed and sent again: that is another form, if they say so.
  if (absl::IsInvalidArgument(status)) {
    submission.request = contacts::NewToken();
    return page(409, "form.sentBefore");
  }
  return page(409, "form.notNow");
}

void FormChannel::Parts::Show(const Context& context, const v1::PageRequest& request,
                              Reply<v1::Page> reply) {
  Submission submission{.language = LanguageOf(request)};
  const v1::Form* form = Find(std::string(kPrefix) + request.path());
  if (form == nullptr) {
    return reply(
        pages::ProblemPage(*options_.pages, 404, submission.language, CenterName(), "notFound"));
  }
  if (!request.posted()) {
    submission.request = contacts::NewToken();
    return reply(PageOf(*form, submission, {}, std::nullopt));
  }
  Values values;
  for (const v1::PageField& field : request.form()) values.emplace(field.name(), field.value());
  submission.values = Cleaned(*form, values);
  submission.request = ValueOf(request.form(), "requestId");
  if (!contacts::CheckRequestId(submission.request, "").ok())
    submission.request = contacts::NewToken();
  const std::vector<Problem> problems = ProblemsOf(*form, submission.values, options_.region);
  if (!problems.empty()) {
    v1::Page page = PageOf(*form, submission, problems, std::nullopt);
    page.set_status(422);
    return reply(std::move(page));
  }
  // A field that no person sees was filled in by a machine, which hears that it went well.
  if (!ValueOf(request.form(), kTrap).empty()) {
    v1::Page page;
    page.set_location(fmt::format("/track/{}", contacts::NewToken()));
    return reply(std::move(page));
  }
  if (!Admit(context.peer)) return reply(Refused(*form, submission, TooMany()));
  Take(*form, submission,
       [self = shared_from_this(), form, submission,
        reply](const absl::StatusOr<v1::SubmitFormResponse>& taken) {
         if (!taken.ok()) return reply(self->Refused(*form, submission, taken.status()));
         v1::Page page;
         page.set_location(
             fmt::format("/track/{}?lang={}", taken->tracking_token(), submission.language));
         reply(std::move(page));
       });
}

// --- The door

absl::StatusOr<std::unique_ptr<FormChannel>> FormChannel::Open(Shard& shard, ContactStore& store,
                                                               FormOptions options) {
  for (size_t i = 0; i < options.forms.size(); ++i) {
    WISSEL_RETURN_IF_ERROR(
        WithFieldPrefix(CheckForm(options.forms[i]), fmt::format("forms[{}]", i)));
  }
  auto parts = std::make_shared<Parts>(shard, store, std::move(options));
  contacts::EndWithTheirItems(shard, store, Channel::kForm);
  return std::unique_ptr<FormChannel>(new FormChannel(std::move(parts)));
}

FormChannel::FormChannel(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}
FormChannel::~FormChannel() = default;

void FormChannel::Start() { parts_->Start(); }

void FormChannel::Register(rpc::MethodTable& table) {
  const Access open = Access::OpenToAll();
  table.Unary<v1::ListFormsRequest, v1::ListFormsResponse>(
      "wissel.v1.FormService.ListForms", open,
      [parts = parts_](const Context&, const v1::ListFormsRequest&,
                       Reply<v1::ListFormsResponse> reply) { parts->List(std::move(reply)); });
  table.Unary<v1::GetFormRequest, v1::Form>(
      "wissel.v1.FormService.GetForm", open,
      [parts = parts_](const Context&, const v1::GetFormRequest& request, Reply<v1::Form> reply) {
        parts->Get(request, std::move(reply));
      });
  table.Unary<v1::SubmitFormRequest, v1::SubmitFormResponse>(
      "wissel.v1.FormService.SubmitForm", open,
      [parts = parts_](const Context& context, const v1::SubmitFormRequest& request,
                       Reply<v1::SubmitFormResponse> reply) {
        parts->Submit(context, request, std::move(reply));
      });
  table.Unary<v1::AnswerFormRequest, v1::ContactEntry>(
      "wissel.v1.FormService.AnswerForm", Access::Of({rpc::Role::kAgent}),
      [parts = parts_](const Context& context, const v1::AnswerFormRequest& request,
                       Reply<v1::ContactEntry> reply) {
        parts->Answer(context, request, std::move(reply));
      });
  if (!parts_->has_pages()) return;
  table.Unary<v1::PageRequest, v1::Page>(
      "wissel.v1.FormService.ShowForm", open,
      [parts = parts_](const Context& context, const v1::PageRequest& request,
                       Reply<v1::Page> reply) { parts->Show(context, request, std::move(reply)); });
}

}  // namespace wissel::forms
