#include "host/serve.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "host/testing/host_fixture.hpp"

namespace pantheon::host {
namespace {

using testing::HostFixture;
using testing::RecordedExchange;

class ServeTest : public HostFixture {};

TEST_F(ServeTest, AnswersTheListsFromOneCatalogue) {
  EXPECT_EQ(ask("GET", "/v1/models")->json().at("data").as_array().size(), 2U);
  EXPECT_EQ(ask("GET", "/api/tags")->json().at("models").as_array().size(), 2U);
  EXPECT_EQ(ask("GET", "/api/ps")->json().at("models").as_array().size(), 2U);
  EXPECT_EQ(ask("GET", "/api/version")->json().at("version"), "0.17.4");
  const auto catalogue_answer = ask("GET", "/pantheon/catalogue");
  EXPECT_EQ(catalogue_answer->status(), 200U);
  EXPECT_TRUE(catalogue_answer->ended);
  EXPECT_EQ(catalogue_answer->json().at("engines").as_array().size(), 2U);
  EXPECT_EQ(catalogue_answer->json().at("host").at("name"), "desk");
  EXPECT_EQ(ask("GET", "/v1/models/gemma3:270m")->json().at("id"), "gemma3:270m");
  EXPECT_EQ(ask("GET", "/v1/models/nothing")->status(), 404U);
}

TEST_F(ServeTest, WhoAsksForItIsToldWhatTheEnginesSayNow) {
  const auto asked = [this] { return std::count(llama.seen.begin(), llama.seen.end(), "GET /props"); };
  ask("GET", "/pantheon/catalogue");
  const auto before = asked();
  ask("GET", "/pantheon/catalogue");
  EXPECT_EQ(asked(), before);
  auto exchange = std::make_shared<RecordedExchange>("GET", "/pantheon/catalogue");
  exchange->head_.headers = {{"cache-control", "no-cache"}};
  EXPECT_EQ(ask(exchange)->status(), 200U);
  EXPECT_EQ(asked(), before + 1);
}

TEST_F(ServeTest, ErrorsSpeakTheDialectThatWasAsked) {
  const auto openai = ask("POST", "/v1/chat/completions", R"({"model":"nothing"})");
  EXPECT_EQ(openai->status(), 404U);
  EXPECT_EQ(openai->json().at("error").at("code"), "model_not_found");
  const auto ollama_answer = ask("POST", "/api/chat", R"({"model":"a","model":"b"})");
  EXPECT_EQ(ollama_answer->status(), 400U);
  EXPECT_TRUE(ollama_answer->json().at("error").is_string());
  EXPECT_EQ(ollama_answer->json().at("code"), "model_ambiguous");
  EXPECT_TRUE(ollama_answer->ended);
}

TEST_F(ServeTest, OtherRoutesAreRefusedAndReachNoEngine) {
  ask("GET", "/v1/models");
  const auto asked_props = std::count(llama.seen.begin(), llama.seen.end(), "GET /props");
  EXPECT_EQ(ask("GET", "/props")->status(), 404U);
  EXPECT_EQ(ask("GET", "/api/chat")->status(), 405U);
  EXPECT_EQ(ask("POST", "/api/pull", R"({"model":"x"})")->status(), 403U);
  EXPECT_EQ(ask("DELETE", "/api/delete", R"({"model":"gemma3:270m"})")->status(), 403U);
  EXPECT_EQ(std::count(llama.seen.begin(), llama.seen.end(), "GET /props"), asked_props);
  for (const auto* what : {"GET /api/chat", "POST /api/pull", "DELETE /api/delete"}) {
    EXPECT_EQ(std::count(ollama.seen.begin(), ollama.seen.end(), what), 0) << what;
  }
}

TEST_F(ServeTest, ARequestThatCameInACircleIsRefused) {
  auto exchange = std::make_shared<RecordedExchange>("GET", "/v1/models");
  exchange->head_.hops = {"host-device"};
  EXPECT_EQ(ask(exchange)->status(), 508U);
  EXPECT_EQ(exchange->json().at("error").at("code"), "loop_detected");
}

TEST_F(ServeTest, ACompressedBodyIsRefused) {
  auto exchange = std::make_shared<RecordedExchange>("POST", "/api/chat", "{}");
  exchange->head_.headers = {{"content-encoding", "gzip"}};
  EXPECT_EQ(ask(exchange)->status(), 415U);
}

TEST_F(ServeTest, WithHostingOffOnlyAnEmptyCatalogueIsLeft) {
  ask("GET", "/v1/models");
  int changes = 0;
  host->on_change([&] { ++changes; });
  host->set_hosting(false);
  EXPECT_EQ(changes, 1);
  EXPECT_EQ(ask("GET", "/v1/models")->status(), 503U);
  EXPECT_EQ(ask("GET", "/pantheon/catalogue")->json().at("models").as_array().size(), 0U);
  EXPECT_TRUE(host->announced_models().empty());
  host->set_hosting(true);
  EXPECT_EQ(host->announced_models().size(), 2U);
}

TEST_F(ServeTest, ShowLeavesOutWhatIsPrivate) {
  const auto shown = ask("POST", "/api/show", R"({"model":"gemma3:270m","verbose":true})");
  EXPECT_EQ(shown->status(), 200U);
  EXPECT_EQ(shown->text().find("private"), std::string::npos);
  EXPECT_EQ(shown->text().find("/var/lib"), std::string::npos);
  EXPECT_TRUE(shown->json().contains("model_info"));
  EXPECT_EQ(ollama.requests.back().body(), R"({"model":"gemma3:270m"})");
  const auto other = ask("POST", "/api/show", R"({"model":"gemma3-270m"})");
  EXPECT_EQ(other->status(), 200U);
  EXPECT_TRUE(other->json().contains("capabilities"));
}

TEST_F(ServeTest, AModelThatIsNotForThisDeviceDoesNotExist) {
  SharingRules sharing;
  sharing.devices["phone"].models = std::set<std::string>{"gemma3-270m"};
  host->set_sharing(sharing);
  EXPECT_EQ(ask("GET", "/v1/models")->json().at("data").as_array().size(), 1U);
  EXPECT_EQ(ask("POST", "/api/chat", R"({"model":"gemma3:270m"})")->status(), 404U);
}

TEST_F(ServeTest, TheCatalogueThatIsPushedIsThatOfTheDevice) {
  SharingRules sharing;
  sharing.devices["phone"].models = std::set<std::string>{"gemma3-270m"};
  host->set_sharing(sharing);
  ask("GET", "/v1/models");  // the catalogue is known after it
  const auto models_for = [this](const session::PeerIdentity& peer) {
    return host->catalogue(peer).at("models").as_array().size();
  };
  EXPECT_EQ(models_for({"phone", "Phone", "", true}), 1U);
  EXPECT_EQ(models_for({"laptop", "Laptop", "", true}), 2U);
  EXPECT_EQ(models_for({"phone", "Phone", "", false}), 2U);  // a device id that is only said has no rules
}

}  // namespace
}  // namespace pantheon::host
