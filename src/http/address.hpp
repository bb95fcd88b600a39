#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>

namespace pantheon::http {

/// An IPv4 address that a socket of IPv6 names ("::ffff:192.0.2.1") as IPv4; any other as it is. Pure.
boost::asio::ip::address unmapped(const boost::asio::ip::address& from);

/// What is counted as one address: IPv4, mapped ones too, or the /64 of an IPv6 address.
std::string address_key(const boost::asio::ip::address& from);

}  // namespace pantheon::http
