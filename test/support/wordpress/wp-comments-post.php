<?php
require __DIR__ . '/wp-load.php';

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    header('Allow: POST');
    http_response_code(405);
    exit;
}
$post = posts()[(int) $_POST['comment_post_ID']];
$comment = ['post' => $post['slug'], 'author' => $_POST['author'], 'text' => $_POST['comment']];
state('comments', [], fn(array $comments) => [...$comments, $comment]);
nocache_headers();
setcookie('comment_author_' . COOKIEHASH, $_POST['author'], time() + 30_000_000, '/');
setcookie('comment_author_email_' . COOKIEHASH, $_POST['email'], time() + 30_000_000, '/');
redirect(permalink($post) . '?unapproved=1&moderation-hash=' . md5($_POST['comment']) . '#comment-1');
