package io.redisvault.api;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A connection to our port. It is closed if it does not bring a whole request head in time, however busy it looks: after
 * it was opened, TLS included, and again after each answer. How long an answer takes does not count. Used on the event
 * loop only.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {

    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final AttributeKey<ClientConnection> KEY = AttributeKey.valueOf(ClientConnection.class, "of");

    private final Channel channel;
    private int unanswered;
    private boolean over;
    private Future<?> closing;

    ClientConnection(Channel channel) {
        this.channel = channel;
        channel.attr(KEY).set(this);
    }

    /** Vert.x' connection as ours; none if the server was not started by us. */
    static Optional<ClientConnection> of(HttpConnection connection) {
        return connection instanceof ConnectionBase base
                ? Optional.ofNullable(base.channel().attr(KEY).get())
                : Optional.empty();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
        start();
        super.channelActive(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        closing.cancel(false);
        super.channelInactive(context);
    }

    /** A request's head is there. */
    void met() {
        unanswered++;
        closing.cancel(false);
    }

    /** Its answer is given. The next request may have come before. */
    void answered() {
        channel.eventLoop().execute(() -> {
            if (--unanswered == 0 && channel.isActive()) {
                start();
            }
        });
    }

    /** No further request is taken; Vert.x would still serve those that came in the same packet. */
    void end() {
        over = true;
    }

    boolean isOver() {
        return over;
    }

    private void start() {
        Runnable close = channel::close;
        closing = channel.eventLoop().schedule(close, PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
