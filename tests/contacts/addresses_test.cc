// Addresses in the one form in which they are compared.
#include "channels/contacts/addresses.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "channels/contacts/words.h"

namespace wissel::contacts {
namespace {

TEST(Addresses, OneNumberInManySpellings) {
  for (const char* text : {"+32 2 555 01 23", "02 555 01 23", "02/555.01.23", "0032 2 555 01 23",
                           "+32 (0)2 555-01-23", "tel:+32-2-555-01-23"}) {
    const auto address = PhoneAddress(text, "BE", "phone");
    ASSERT_TRUE(address.ok()) << text << address.status();
    EXPECT_EQ(*address, (Address{AddressKind::kPhone, "+3225550123"})) << text;
  }
  EXPECT_EQ(PhoneAddress("020 624 1111", "NL", "phone")->text, "+31206241111");
  EXPECT_EQ(PhoneAddress("+44 20 7946 0958 ext. 12", "BE", "phone")->text, "+442079460958");
}

TEST(Addresses, WhatIsNoNumber) {
  for (const char* text : {"", "mia", "12", "+32", "+32 2 555", "02 555 01 23 99 99 99",
                           "+999 1 2 3", "+32 2 555 01 23\xff"}) {
    const auto address = PhoneAddress(text, "BE", "customer.phone");
    EXPECT_EQ(FieldAtFault(address.status()), "customer.phone") << text;
  }
  EXPECT_FALSE(PhoneAddress("02 555 01 23", "", "phone").ok()) << "of which country?";
  EXPECT_FALSE(PhoneAddress(std::string(100, '2'), "BE", "phone").ok());
}

TEST(Addresses, WhatANumberingPlanSays) {
  EXPECT_EQ(FactsOfPhone("+3225550123").type, PhoneType::kFixedLine);
  EXPECT_EQ(FactsOfPhone("+3225550123").region, "BE");
  EXPECT_EQ(FactsOfPhone("+32470123456").type, PhoneType::kMobile);
  EXPECT_EQ(FactsOfPhone("+3280012345").type, PhoneType::kTollFree);
  EXPECT_EQ(FactsOfPhone("+3290212345").type, PhoneType::kPremium);
  EXPECT_EQ(FactsOfPhone("+80012345678").region, "");
  EXPECT_EQ(FactsOfPhone("nothing").type, PhoneType::kOther);
}

TEST(Addresses, OneMailboxInManySpellings) {
  const auto address = EmailAddress("Mia.Peeters@Example.ORG", "mail");
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->text, "Mia.Peeters@example.org") << "what is before the @ is its host's";
  EXPECT_EQ(ComparedText(*address), "mia.peeters@example.org");
  EXPECT_TRUE(EmailAddress("o'neil+tax=1@sub.example.co.uk", "mail").ok());
  EXPECT_TRUE(EmailAddress("ren\xc3\xa9"
                           "e@ex\xc3\xa4mple.org",
                           "mail")
                  .ok());
}

TEST(Addresses, WhatIsNoMailAddress) {
  for (const std::string& text : std::vector<std::string>{"",
                                                          "mia",
                                                          "@example.org",
                                                          "mia@",
                                                          "mia@@example.org",
                                                          "mia peeters@example.org",
                                                          "mia@exa mple.org",
                                                          "mia@-a.org",
                                                          "mia@a..org",
                                                          ".mia@a.org",
                                                          "mia.@a.org",
                                                          "mia@a.org\r\nBcc: x@y.z",
                                                          std::string("mia@a.org\0", 10),
                                                          "\"mia\"@a.org",
                                                          "mia@[10.0.0.1]",
                                                          "m\xff@a.org",
                                                          std::string(65, 'm') + "@a.org",
                                                          "mia@" + std::string(64, 'a') + ".org",
                                                          "mia@" + std::string(300, 'a') + ".org",
                                                          "Mia <mia@a.org>"}) {
    EXPECT_EQ(FieldAtFault(EmailAddress(text, "mail").status()), "mail") << text;
  }
}

TEST(Addresses, NamesInOtherSystems) {
  EXPECT_EQ(ExternalAddress("crm:4711", "id")->text, "crm:4711");
  for (const char* text : {"", "crm", "crm:", ":4711", "CRM:4711", "crm:47 11", "crm:47\n11"}) {
    EXPECT_EQ(FieldAtFault(ExternalAddress(text, "id").status()), "id") << text;
  }
}

TEST(Words, AreComparedWithoutCaseAndAccents) {
  EXPECT_EQ(WordsOf("Peeters-Dubois, Ren\xc3\xa9"
                    "e"),
            (std::set<std::string>{"peeters", "dubois", "renee"}));
  EXPECT_EQ(WordsOf("Ren\x65\xcc\x81"
                    "e"),
            WordsOf("ren\xc3\xa9"
                    "e"))
      << "in either form of Unicode";
  EXPECT_EQ(WordsOf("Stra\xc3\x9f"
                    "e"),
            WordsOf("STRASSE"));
  EXPECT_TRUE(WordsOf("").empty());
  EXPECT_TRUE(WordsOf("\xff").empty());
  EXPECT_EQ(WordsOf(std::string(500, 'x')).begin()->size(), 40u);
}

}  // namespace
}  // namespace wissel::contacts
