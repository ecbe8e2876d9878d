package io.redisvault.api;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;

/** Gives each connection to our port its {@link ClientConnection}; Vert.x has but a timeout that every byte restarts. */
public final class ClientConnections extends ChannelInitializerExtension {

    /** Netty looks for such extensions only where it is told to, and before its first server starts. */
    public static void enable() {
        System.setProperty(EXTENSIONS_SYSTEM_PROPERTY, "serviceload");
    }

    @Override
    public void postInitializeServerChildChannel(Channel channel) {
        channel.pipeline().addFirst(new ClientConnection(channel));
    }
}
