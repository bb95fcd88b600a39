#pragma once

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "http/message.hpp"

namespace pantheon::signaling {

/// Which reverse proxies are believed when they say whom a request comes from. As it is made: those of this
/// machine.
class Proxies {
 public:
  Proxies();
  /// Nobody is believed: for a server with nothing in front of it.
  static Proxies none();
  /// From addresses and networks in CIDR notation ("10.0.0.0/8", "::1"); `invalid_argument` names the bad
  /// one.
  static core::Result<Proxies> parse(const std::vector<std::string>& networks);

  bool trusts(const boost::asio::ip::address& address) const;

  /// Whom a request comes from: the address of its connection, or, when that is a trusted proxy, the
  /// rightmost entry of X-Forwarded-For that is none. Nothing when a trusted proxy names nobody: then the
  /// client's address is not known, and nothing may be limited by it. That is warned of once.
  std::optional<boost::asio::ip::address> client_of(const boost::asio::ip::address& connection,
                                                    const http::Headers& headers) const;

 private:
  std::vector<boost::asio::ip::network_v4> v4_;
  std::vector<boost::asio::ip::network_v6> v6_;
  std::shared_ptr<std::atomic<bool>> warned_;  ///< copies may be used by several threads
};

}  // namespace pantheon::signaling
