#pragma once

#include <functional>
#include <string>

#include "auth/nonces.hpp"
#include "core/error.hpp"
#include "store/device_store.hpp"

namespace pantheon::signaling {

/// What the first node of a cluster leaves in Redis, and what a node that finds it makes of it.
struct Founding {
  std::function<std::string()> found;
  /// `other_cluster`, with the reason.
  std::function<core::Result<void>(const std::string& founding)> may_join;
};

/// Of nodes that share a database: this one leaves a mark in it, and joins only where it finds the others'.
/// The store must outlive it. Errors of the store.
core::Result<Founding> found_on_database(store::DeviceStore& devices);

/// Of nodes that keep no devices (`--devices=off`): they have nothing in common but the key of their nonces,
/// which goes from one to the next. `key` is this node's, until it finds another. The nonces must outlive it.
Founding found_without_devices(auth::Nonces& nonces, core::ByteView key);

}  // namespace pantheon::signaling
