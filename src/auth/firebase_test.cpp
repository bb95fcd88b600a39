#include "auth/firebase.hpp"

#include <gtest/gtest.h>

#include "auth/error.hpp"

namespace pantheon::auth {
namespace {

TEST(FirebaseProject, IsTakenFromThreeFormsOfTheDatabaseUrl) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"https://your-project.firebaseio.com", "your-project"},
      {"https://your-project.firebaseio.com/", "your-project"},
      {"https://your-project-default-rtdb.firebaseio.com", "your-project"},
      {"https://your-project-default-rtdb.europe-west1.firebasedatabase.app", "your-project"},
      {"https://p1-default-rtdb.asia-southeast1.firebasedatabase.app/", "p1"}};
  for (const auto& [url, project] : cases)
    EXPECT_EQ(project_of_database_url(url).value_or("none"), project) << url;
}

TEST(FirebaseProject, IsTakenFromNoOtherForm) {
  for (const auto* url : {"",
                          "your-project",
                          "your-project.firebaseio.com",
                          "http://your-project.firebaseio.com",
                          "https://firebaseio.com",
                          "https://.firebaseio.com",
                          "https://a.b.firebaseio.com",
                          "https://-default-rtdb.firebaseio.com",
                          "https://your-project.firebaseio.com/path",
                          "https://your-project.firebaseio.com?ns=x",
                          "https://your-project.firebaseio.com:443",
                          "https://user@your-project.firebaseio.com",
                          "https://your-project.firebaseio.com.evil.org",
                          "https://evil.org/your-project.firebaseio.com",
                          "https://Your-Project.firebaseio.com",
                          "https://your_project.firebaseio.com",
                          "https://a:b.firebaseio.com",
                          "https://-a.firebaseio.com",
                          "https://your-project.europe-west1.firebasedatabase.app",
                          "https://your-project-default-rtdb.firebasedatabase.app",
                          "https://your-project-default-rtdb.a.b.firebasedatabase.app",
                          "https://other-db.europe-west1.firebasedatabase.app",
                          "https://127.0.0.1:9000/?ns=demo"}) {
    const auto project = project_of_database_url(url);
    ASSERT_FALSE(project) << url << " gave " << *project;
    EXPECT_TRUE(project.error().is(AuthError::invalid_sign_in));
    EXPECT_NE(project.error().message().find("Set FIREBASE_PROJECT_ID"), std::string::npos);
  }
}

TEST(FirebaseProject, HasNoColon) {
  EXPECT_TRUE(is_firebase_project("demo-pantheon"));
  for (const auto* id : {"", "a:b", "example.org:demo", "-a", "a-", "A", "a b", "a/b"})
    EXPECT_FALSE(is_firebase_project(id)) << id;
  EXPECT_FALSE(is_firebase_project(std::string(65, 'a')));
}

TEST(FirebaseRules, AreGooglesForIdTokens) {
  const auto rules = firebase_rules("demo");
  EXPECT_EQ(rules.jwt.algorithms, std::vector{Algorithm::rs256});
  EXPECT_EQ(rules.jwt.issuer, "https://securetoken.google.com/demo");
  EXPECT_EQ(rules.jwt.audience, "demo");
  EXPECT_FALSE(rules.unsigned_tokens);
  EXPECT_TRUE(firebase_rules("demo", "127.0.0.1:9099").unsigned_tokens);
}

}  // namespace
}  // namespace pantheon::auth
