// The page /unsubscribe/{token}: "no more of this". A form that is sent marks the recipient's
// address; a look at the page, as mail programs and virus scanners take one, changes nothing.
//
// Mail programs send the form by themselves where their user asks for it (RFC 8058, section 3.1):
// it is answered at once, for such posts do not follow to another address.
#include "base/status.h"
#include "channels/email/entry_fields.h"
#include "channels/email/notice.h"
#include "channels/mailings/hub.h"
#include "channels/pages/page_answer.h"
#include "fmt/format.h"

namespace wissel::mailings {
namespace {

std::string UnsubscribePage(const pages::PageSet& pages, std::string_view language,
                            std::string_view center, std::string_view token,
                            const std::string& address, bool done) {
  const std::string path = fmt::format("/unsubscribe/{}", token);
  pages::PageData data =
      pages.Head(language, pages.Say(language, "unsubscribe.title"), center, path);
  data.values["ACTION"] = fmt::format("{}?lang={}", path, language);
  data.values["TEXT"] = pages.Say(language, done ? "unsubscribe.done" : "unsubscribe.ask",
                                  {{"address", address}, {"center", std::string(center)}});
  data.Show("ASK", !done);
  data.Show("DONE", done);
  return pages.Render("unsubscribe", language, data);
}

}  // namespace

void Hub::ShowUnsubscribe(const rpc::Caller&, const v1::PageRequest& request,
                          Answer<v1::Page> answer) {
  const std::string center = shard_.directory()->center.display_name;
  const auto language = [this, request](const std::string& of_contact) {
    return options_.pages->ChooseLanguage({std::string(pages::ValueOf(request.query(), "lang")),
                                           of_contact, request.accept_language()});
  };
  const auto nothing = [this, language, center, answer](bool unknown) {
    answer(pages::ProblemPage(*options_.pages, unknown ? 404 : 503, language(""), center,
                              unknown ? "notFound" : "busy"));
  };
  const auto show = [this, language, center, answer, request](const Contact& contact, bool done) {
    v1::Page page;
    page.set_content(UnsubscribePage(*options_.pages, language(contact.language), center,
                                     request.path(), AddressOf(contact)->text, done));
    answer(std::move(page));
  };
  const auto on_contact = [this, nothing, show,
                           posted = request.posted()](const std::optional<Contact>& contact) {
    const std::string mailing =
        contact ? contacts::ValueOf(contact->fields, email::kMailingField) : "";
    if (mailing.empty() || !AddressOf(*contact)) return nothing(true);
    if (!posted) return show(*contact, false);
    options_.mark(*AddressOf(*contact), mailing,
                  [post = post_, nothing, show, contact](const absl::Status& marked) {
                    post([nothing, show, contact, marked] {
                      if (!marked.ok()) return nothing(false);
                      show(*contact, true);
                    });
                  });
  };
  store_.FindByToken(
      request.path(),
      Here<std::optional<std::string>>(
          [this, nothing, on_contact](const absl::StatusOr<std::optional<std::string>>& name) {
            if (!name.ok()) return nothing(false);
            if (!*name) return nothing(true);
            store_.Load(
                **name,
                Here<std::optional<Contact>>(
                    [nothing, on_contact](const absl::StatusOr<std::optional<Contact>>& contact) {
                      if (!contact.ok()) return nothing(false);
                      on_contact(*contact);
                    }));
          }));
}

}  // namespace wissel::mailings
