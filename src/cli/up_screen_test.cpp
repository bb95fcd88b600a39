#include "cli/up_screen.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace pantheon::cli {
namespace {

using namespace std::chrono_literals;

TEST(Printable, TakesOutWhatCouldSteerTheTerminal) {
  EXPECT_EQ(printable("a\x1b[31m\nb"), "a[31mb");
}

TEST(Printable, TakesOutControlCharactersBeyondAscii) {
  EXPECT_EQ(printable("a\u009bb\u00e9"), "ab\u00e9");
}

TEST(Printable, IsNotCutWithinACharacter) {
  EXPECT_EQ(printable("ab\u00e9", 3), "ab");
}

TEST(Printable, IsCut) {
  EXPECT_EQ(printable(std::string(500, 'x')).size(), 80U);
}

TEST(Printable, OfNothingIsNothing) {
  EXPECT_EQ(printable("\x1b"), "");
}

TEST(DeviceName, ThatIsEmptyIsSaid) {
  EXPECT_EQ(device_name("Phone"), "Phone");
  EXPECT_EQ(device_name("\x1b"), "a device without a name");
}

TEST(ScreenEvents, APairedDeviceHasAPlatformOnlyIfItNamesOne) {
  testing::internal::CaptureStdout();
  const auto events = screen_events(false);
  events.on_paired("Phone", "android");
  events.on_paired("", "");
  const auto shown = testing::internal::GetCapturedStdout();
  EXPECT_NE(shown.find("paired with Phone (android)\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("paired with a device without a name\n"), std::string::npos) << shown;
}

TEST(ScreenEvents, NeitherProgressNorAnErrorIsSaidTwiceWhenTheyTakeTurns) {
  const app::TrialEngine::Progress progress{core::Bytes{10}, core::Bytes{100}, "model"};
  const core::Error error(core::CommonError::unavailable);
  testing::internal::CaptureStdout();
  const auto events = screen_events(false);
  for (int i = 0; i < 2; ++i) {
    events.on_trial_progress(progress);
    events.on_error(error);
  }
  const auto shown = testing::internal::GetCapturedStdout();
  EXPECT_EQ(shown.find("10 %"), shown.rfind("10 %")) << shown;
  EXPECT_EQ(shown.find("cannot be reached"), shown.rfind("cannot be reached")) << shown;
  EXPECT_NE(shown.find("10 %"), std::string::npos) << shown;
}

TEST(ScreenEvents, RecommendsTheSmallModelOnlyWhereItCanBeSetUp) {
  const auto shown_with = [](const char* scripts) {
    setenv("PANTHEON_SCRIPTS", scripts, 1);
    testing::internal::CaptureStdout();
    screen_events(false).on_engines({});
    unsetenv("PANTHEON_SCRIPTS");
    return testing::internal::GetCapturedStdout();
  };
  EXPECT_NE(shown_with(PANTHEON_SOURCE_DIR "/scripts").find("--try"), std::string::npos);
  const auto without = shown_with("/nonexistent");
  EXPECT_EQ(without.find("--try"), std::string::npos) << without;
  EXPECT_NE(without.find("--engine URL"), std::string::npos) << without;
}

TEST(ScreenEvents, SaysFromWhereTheWebAppCanBeOpened) {
  using Reach = app::UpEvents::Reach;
  for (const auto& [reach, text] : {std::pair(Reach::this_computer, "works on this computer only\n"),
                                    std::pair(Reach::this_network, "works at home: on this network only\n"),
                                    std::pair(Reach::anywhere, "works anywhere\n")}) {
    testing::internal::CaptureStdout();
    screen_events(false).on_online({"https://example.org"}, reach);
    const auto shown = testing::internal::GetCapturedStdout();
    EXPECT_NE(shown.find(text), std::string::npos) << shown;
  }
}

// After sleep, in another network, they come in one.
TEST(ScreenEvents, SaysWhereTheWebAppIsAgainOnlyWhenThatIsElsewhere) {
  using Reach = app::UpEvents::Reach;
  const auto shown_when_back_at = [](const char* origin) {
    const auto events = screen_events(false);
    testing::internal::CaptureStdout();
    events.on_online({"http://192.168.1.20:3001"}, Reach::this_network);
    events.on_offline("transport close");
    events.on_online({origin}, Reach::this_network);
    return testing::internal::GetCapturedStdout();
  };
  const auto elsewhere = shown_when_back_at("http://10.0.0.7:3001");
  EXPECT_NE(elsewhere.find("connected to the signaling server again\n"), std::string::npos) << elsewhere;
  EXPECT_NE(elsewhere.find("Web app  http://10.0.0.7:3001"), std::string::npos) << elsewhere;
  const auto same = shown_when_back_at("http://192.168.1.20:3001");
  EXPECT_EQ(same.find("Web app"), same.rfind("Web app")) << same;
}

TEST(DurationText, HasUnits) {
  EXPECT_EQ(duration_text(1234ms), "1.2 s");
  EXPECT_EQ(duration_text(125s), "2 min 5 s");
}

TEST(EngineLine, SaysWhetherNothingAnswersOrSomethingElse) {
  app::UpEvents::Engine engine;
  engine.name = "127.0.0.1:8000";
  engine.url = "http://127.0.0.1:8000";
  EXPECT_EQ(engine_line(engine), "  Engine   127.0.0.1:8000 at http://127.0.0.1:8000 does not answer");
  engine.unrecognised = true;
  EXPECT_EQ(
      engine_line(engine),
      "  Engine   127.0.0.1:8000 at http://127.0.0.1:8000 answers, but is no model engine; check the URL");
  engine.unrecognised = false;
  engine.wants_key = true;
  EXPECT_NE(engine_line(engine).find("asks for an API key; add --engine"), std::string::npos);
  engine.named = true;
  EXPECT_NE(engine_line(engine).find("asks for an API key; give"), std::string::npos) << engine_line(engine);
}

TEST(EngineLine, NamesTheFirstModels) {
  app::UpEvents::Engine engine{"Ollama", "http://x", std::vector<std::string>(9, "m"), true, true};
  EXPECT_EQ(engine_line(engine), "  Models   m, m, m, m, m, m, m, m and 1 more  (Ollama, http://x)");
}

TEST(RequestLine, SaysWhatWasEstimated) {
  app::UpEvents::Request request{"Phone", "m", 42, true, 2000ms, true, ""};
  EXPECT_EQ(request_line(request), "Phone -> m  about 42 tokens in 2.0 s");
  request.error_code = "engine_failed";
  EXPECT_EQ(request_line(request), "Phone -> m  ended after 2.0 s: engine_failed");
}

}  // namespace
}  // namespace pantheon::cli
