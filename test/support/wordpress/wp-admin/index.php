<?php
require __DIR__ . '/../wp-load.php';

$user = current_user();
if ($user === null) redirect(SITE_URL . '/wp-login.php?redirect_to=' . urlencode(SITE_URL . '/wp-admin/'));
page('Dashboard', '<form action=/wp-admin/post.php method=post><input name=_wpnonce value="' . nonce($user) . '"></form>');
