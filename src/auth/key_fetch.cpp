#include "auth/key_fetch.hpp"

#include "auth/certificates.hpp"
#include "auth/error.hpp"
#include "auth/oidc.hpp"
#include "http/cache_control.hpp"
#include "http/client.hpp"

namespace pantheon::auth {
namespace {

using Patience = std::chrono::milliseconds;
using ClientPointer = std::shared_ptr<http::Client>;

struct Document {
  std::string text;
  std::optional<std::chrono::seconds> lifetime;
};

asio::awaitable<core::Result<Document>> fetch_document(ClientPointer client, http::Url url,
                                                       Patience patience) {
  http::ClientRequest request;
  request.headers = {{"Accept", "application/json"}};
  request.connect_timeout = patience;
  request.response_timeout = patience;
  const auto origin = url.origin();
  request.url = std::move(url);
  auto response = co_await client->fetch(std::move(request), kMaxProviderDocument, patience);
  if (!response) co_return core::failure(response.error());
  if (response->status != 200) {
    co_return core::failure(AuthError::sign_in_unavailable,
                            origin + " answered " + std::to_string(response->status));
  }
  const auto lifetime = http::remaining_lifetime(response->headers);
  co_return Document{std::move(response->body), lifetime};
}

asio::awaitable<core::Result<FetchedKeys>> fetch_certificates(ClientPointer client, http::Url url,
                                                              Patience patience) {
  const auto document = co_await fetch_document(std::move(client), std::move(url), patience);
  if (!document) co_return core::failure(document.error());
  auto keys = parse_certificates(document->text);
  if (!keys) co_return core::failure(keys.error());
  co_return FetchedKeys{std::move(*keys), document->lifetime};
}

// The discovery document is read anew each time: the issuer may have moved its keys.
asio::awaitable<core::Result<FetchedKeys>> fetch_keys(ClientPointer client, std::string issuer,
                                                      http::Url discovery, Patience patience) {
  const auto found = co_await fetch_document(client, std::move(discovery), patience);
  if (!found) co_return core::failure(found.error());
  auto url = parse_discovery(found->text, issuer);
  if (!url) co_return core::failure(url.error());
  const auto document = co_await fetch_document(client, std::move(*url), patience);
  if (!document) co_return core::failure(document.error());
  auto keys = KeySet::parse(document->text);
  if (!keys) co_return core::failure(keys.error());
  co_return FetchedKeys{std::move(*keys), document->lifetime};
}

}  // namespace

FetchKeys certificates_at(asio::any_io_executor executor, http::Url url, Patience patience) {
  const auto client = std::make_shared<http::Client>(std::move(executor));
  return [client, url = std::move(url), patience] { return fetch_certificates(client, url, patience); };
}

FetchKeys keys_of_issuer(asio::any_io_executor executor, std::string issuer, http::Url discovery,
                         Patience patience) {
  const auto client = std::make_shared<http::Client>(std::move(executor));
  return [client, issuer = std::move(issuer), discovery = std::move(discovery), patience] {
    return fetch_keys(client, issuer, discovery, patience);
  };
}

}  // namespace pantheon::auth
