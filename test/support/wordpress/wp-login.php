<?php
require __DIR__ . '/wp-load.php';

nocache_headers();
$name = $_POST['log'] ?? null;
if ($name === null) {
    setcookie('wordpress_test_cookie', 'WP Cookie check', path: '/', httponly: true);
    page('Log in', '<form method=post><input name=log><input name=pwd type=password></form>');
}
if (!isset(USERS[$name]) || USERS[$name] !== ($_POST['pwd'] ?? '')) {
    page('Log in', '<div id="login_error">Error: the password is incorrect.</div>');
}
$value = $name . '|' . login_signature($name);
setcookie('wordpress_sec_' . COOKIEHASH, $value, path: '/wp-admin', httponly: true);
setcookie('wordpress_logged_in_' . COOKIEHASH, $value, path: '/', httponly: true);
redirect($_POST['redirect_to'] ?? SITE_URL . '/wp-admin/');
